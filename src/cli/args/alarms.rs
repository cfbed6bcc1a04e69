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

    /// Compare with an earlier JSON report or summary: what is new, gone, escalating or easing. -o has to name another
    /// file.
    #[arg(long, value_name = "FILE", help_heading = "Alarms")]
    pub baseline: Option<PathBuf>,

    /// Compare codes, actions and durations before and after a time, such as that of a deploy; written as for --since.
    #[arg(long, value_name = "TIME", conflicts_with = "baseline", help_heading = "Alarms")]
    pub split: Option<String>,

    /// Mute codes that are known about: lines of CODE [UNTIL [CEILING [NOTE]]], such as 'ResourceInsufficient
    /// 2026-12-01 500 shortage in zone 3'. They count in no rule, and the report does not look into them.
    #[arg(long, value_name = "FILE", help_heading = "Alarms")]
    pub ack: Option<PathBuf>,

    /// Print nothing on standard output when the exit code is 0. Files are written all the same.
    #[arg(long, help_heading = "Alarms")]
    pub quiet_if_ok: bool,
}
