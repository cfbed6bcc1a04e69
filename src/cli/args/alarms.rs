//! When a report is an alarm, as options. Nothing is resolved here.

use std::path::PathBuf;

use clap::Args;

/// When a report is an alarm, and what it is compared with.
#[derive(Debug, Args)]
pub struct AlarmArgs {
    /// Exit with 1 when this holds, such as 'failure_rate > 2% and responses >= 200', 'new_codes > 0',
    /// 'code(InternalError) >= 5', 'class(provider) > 0.1%', 'p99 > 2s', 'newest_age > 15m'. Repeat it for several.
    #[arg(long, value_name = "RULE", help_heading = "Alarms")]
    pub fail_if: Vec<String>,

    /// An earlier JSON report, or a summary, to tell what is new, gone, escalating or easing, and to compare with. -o has to
    /// name another file.
    #[arg(long, value_name = "FILE", help_heading = "Alarms")]
    pub baseline: Option<PathBuf>,

    /// Compare codes, actions and durations before and after a time, such as that of a deploy; written as for --since.
    #[arg(long, value_name = "TIME", conflicts_with = "baseline", help_heading = "Alarms")]
    pub split: Option<String>,

    /// Codes that are known about: lines of CODE [UNTIL [CEILING [NOTE]]], such as
    /// 'ResourceInsufficient 2026-12-01 500 shortage in zone 3'. They do not count in rules and are not looked into.
    #[arg(long, value_name = "FILE", help_heading = "Alarms")]
    pub ack: Option<PathBuf>,

    /// Print nothing on standard output when the exit code is 0. Files are written all the same.
    #[arg(long, help_heading = "Alarms")]
    pub quiet_if_ok: bool,
}
