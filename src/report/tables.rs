//! The tables of a report, and which columns each has in which format. It knows no row, and not how a format spells or
//! draws them.

use super::columns::{CLASSES, Column};
use crate::record::LineClass;

/// A table of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The rules that fired.
    Breaches,
    /// Stretches of time in which failures are more frequent than in the rest.
    Episodes,
    /// The codes of each episode.
    EpisodeCodes,
    /// Where failures of each episode are more frequent than calls are.
    EpisodeStandsOut,
    /// Codes, actions and durations of two times.
    Comparison,
    /// Failures by code.
    Codes,
    /// The masked messages of each code.
    Messages,
    /// The ids that each code lists.
    Ids,
    /// The ids to look into first, over all codes.
    LookInto,
    /// Where codes are more frequent than calls are.
    StandsOut,
    /// Failures by family.
    Families,
    /// Failures by class.
    Classes,
    /// Errors of SDKs without an id, by the name of the code or of the exception.
    Unidentified,
    /// Calls by service.
    Services,
    /// Calls by action.
    Actions,
    /// Calls by region.
    Regions,
    /// Calls by the `--by` fields and periods.
    By,
    /// Failures by `--by` period and code.
    ByCodes,
    /// Calls over time.
    Timeline,
    /// How long calls took.
    Latency,
    /// How each input was read.
    Inputs,
    /// Where the first malformed lines stand.
    Malformed,
    /// Every single number, text and condition of the report, a row each.
    Totals,
}

/// A format that draws tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Every column and every row, exactly.
    Csv,
    /// As wide as it comes.
    Markdown,
    /// A page for browsers.
    Html,
    /// The page in a mail, with nothing that mail programs drop.
    Mail,
    /// A page of some columns of text.
    Text,
}

impl Table {
    /// Every table, in the order of the report.
    pub const ALL: [Self; 23] = [
        Self::Breaches,
        Self::Episodes,
        Self::EpisodeCodes,
        Self::EpisodeStandsOut,
        Self::Comparison,
        Self::Codes,
        Self::Messages,
        Self::Ids,
        Self::LookInto,
        Self::StandsOut,
        Self::Families,
        Self::Classes,
        Self::Unidentified,
        Self::Services,
        Self::Actions,
        Self::Regions,
        Self::By,
        Self::ByCodes,
        Self::Timeline,
        Self::Latency,
        Self::Inputs,
        Self::Malformed,
        Self::Totals,
    ];

    /// The word that the option and the file names use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breaches => "breaches",
            Self::Episodes => "episodes",
            Self::EpisodeCodes => "episode_codes",
            Self::EpisodeStandsOut => "episode_stands_out",
            Self::Comparison => "comparison",
            Self::Codes => "codes",
            Self::Messages => "messages",
            Self::Ids => "ids",
            Self::LookInto => "look_into",
            Self::StandsOut => "stands_out",
            Self::Families => "families",
            Self::Classes => "classes",
            Self::Unidentified => "unidentified",
            Self::Services => "services",
            Self::Actions => "actions",
            Self::Regions => "regions",
            Self::By => "by",
            Self::ByCodes => "by_codes",
            Self::Timeline => "timeline",
            Self::Latency => "latency",
            Self::Inputs => "inputs",
            Self::Malformed => "malformed",
            Self::Totals => "totals",
        }
    }

    /// The table of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }

    /// Whether it has no more rows than a reader asked for; some tables have so few that they are whole.
    #[must_use]
    pub const fn is_cut(self, layout: Layout) -> bool {
        match self {
            Self::Latency => false,
            Self::Classes => !matches!(layout, Layout::Html | Layout::Mail),
            _ => !matches!(layout, Layout::Csv),
        }
    }

    /// The columns that a format has of it, whatever a report holds; none when the format does not show the table.
    #[must_use]
    pub fn columns(self, layout: Layout) -> Vec<Column> {
        match layout {
            Layout::Csv => self.exact(),
            Layout::Markdown => self.markdown(),
            Layout::Html => self.html(),
            Layout::Mail => self.mail(),
            Layout::Text => self.text(),
        }
    }

    fn exact(self) -> Vec<Column> {
        use Column::{
            Action, Bytes, Calls, CallsBefore, Class, Code, Compared, Compression, Count, Duration, End, Envelope,
            Error, Failed, FailedBefore, Family, Field, Fields, First, Format, Forms, Input, Key, Kind, Last, Line,
            Lines, Max, Measure, Muted, Name, Of, Offset, Ok, Open, Outcome, P50, P90, P95, P99, P99Before, P999, Path,
            Rank, Rate, RateBefore, RateOutside, Reason, Region, RequestId, Rule, Runs, Seconds, Seen, Service, Share,
            ShareOfAll, Since, Skipped, Start, Status, Text, Time, Timed, Trend, Unfinished, Until, Value,
        };
        let place = [Input, Line, Offset, Time, Service, Action, Region, Duration];
        let latency = [Timed, P50, P90, P95, P99, P999, Max];
        match self {
            Self::Breaches => vec![Rule, Measure, Value],
            Self::Episodes => vec![Start, End, Open, Failed, Calls, Rate, RateOutside],
            Self::EpisodeCodes => vec![Start, Code, Count],
            Self::EpisodeStandsOut => vec![Start, Field, Value, Share, ShareOfAll],
            Self::Comparison => vec![
                Compared,
                Service,
                Name,
                CallsBefore,
                FailedBefore,
                RateBefore,
                P99Before,
                Calls,
                Failed,
                Rate,
                P99,
                Trend,
            ],
            Self::Codes => {
                vec![Code, Kind, Family, Class, Count, Share, First, Last, Since, Until, Trend, Seen, Runs, Muted]
            }
            Self::Messages => vec![Code, Text, Count],
            Self::Ids => [[Code, Class, RequestId, Reason].as_slice(), &place].concat(),
            Self::LookInto => [[Rank, Code, Class, RequestId, Reason].as_slice(), &place].concat(),
            Self::StandsOut => vec![Code, Field, Value, Share, ShareOfAll],
            Self::Families => vec![Family, Count],
            Self::Classes => vec![Class, Count],
            Self::Unidentified => vec![Code, Count],
            Self::Services => vec![Service, Ok, Failed, Rate],
            Self::Actions => [[Service, Action, Ok, Failed, Rate].as_slice(), &latency].concat(),
            Self::Regions => vec![Region, Ok, Failed, Rate],
            Self::By => vec![Name, Value, Ok, Failed, Rate],
            Self::ByCodes => vec![Name, Value, Code, Count],
            Self::Timeline => vec![Start, Seconds, Ok, Failed],
            Self::Latency => [[Outcome].as_slice(), &latency].concat(),
            Self::Inputs => {
                let counts = LineClass::ALL.map(Of);
                let first = [Path, Format, Compression, Envelope, Forms, Fields, Bytes, Lines];
                [first.as_slice(), &counts, &[Status, Error, Unfinished, Skipped]].concat()
            }
            Self::Malformed => vec![Input, Line, Offset, Reason],
            Self::Totals => vec![Name, Key, Value],
        }
    }

    fn markdown(self) -> Vec<Column> {
        use Column::{
            Action, Calls, Class, Code, Codes, Count, Failed, FailedBefore, Family, Lines, Max, Name, Of, Outcome, P50,
            P90, P95, P99, P99Before, P999, Path, Rate, RateBefore, Region, SeenRuns, Service, Share, Since, State,
            Timed, Trend, Value,
        };
        match self {
            Self::Comparison => vec![FailedBefore, Failed, RateBefore, Rate, P99Before, P99, Trend, Value],
            Self::Codes => vec![Count, Share, Class, Trend, SeenRuns, Since, Code],
            Self::Actions => vec![Calls, Failed, Rate, P50, P99, Max, Service, Action],
            Self::Services => vec![Calls, Failed, Rate, Service],
            Self::Regions => vec![Calls, Failed, Rate, Region],
            Self::By => vec![Calls, Failed, Rate, Name, Value, Codes],
            Self::Latency => vec![Timed, P50, P90, P95, P99, P999, Max, Outcome],
            Self::Classes => vec![Count, Share, Class],
            Self::Families => vec![Count, Share, Family],
            Self::Unidentified => vec![Count, Code],
            Self::Inputs => {
                let counts = CLASSES.map(|(class, _)| Of(class));
                [[Lines].as_slice(), &counts, &[State, Path]].concat()
            }
            _ => Vec::new(),
        }
    }

    fn html(self) -> Vec<Column> {
        use Column::{
            Action, Bar, Calls, Class, Code, Codes, Count, Failed, FailedBefore, Family, Lines, Max, Of, Outcome,
            OverTime, P50, P90, P95, P99, P99Before, P999, Path, Range, Rate, RateBefore, ReadAs, Service, Share,
            Since, State, Timed, Trend, Value,
        };
        match self {
            Self::Comparison => vec![Value, FailedBefore, Failed, RateBefore, Rate, P99Before, P99, Trend],
            Self::Codes => vec![Code, Class, Trend, Count, Share, Bar, OverTime, Since],
            Self::Actions => vec![Action, Service, Calls, Failed, Rate, P50, P99, Max, Range],
            Self::Services | Self::Regions | Self::By => vec![Value, Calls, Failed, Rate, Codes],
            Self::Latency => vec![Outcome, Timed, P50, P90, P95, P99, P999, Max, Range],
            Self::Classes => vec![Class, Count, Share],
            Self::Families => vec![Family, Count, Share],
            Self::Inputs => {
                let counts = CLASSES.map(|(class, _)| Of(class));
                [[Path, ReadAs, State, Lines].as_slice(), &counts].concat()
            }
            _ => Vec::new(),
        }
    }

    fn mail(self) -> Vec<Column> {
        use Column::{Bar, Calls, Class, Code, Codes, Count, Failed, Lines, Of, Path, Rate, Share, Value};
        match self {
            Self::Codes => vec![Count, Share, Bar, Class, Code],
            Self::Services | Self::Regions | Self::By => vec![Calls, Failed, Rate, Value, Codes],
            Self::Inputs => {
                let counts = CLASSES.map(|(class, _)| Of(class));
                [[Lines].as_slice(), &counts, &[Path]].concat()
            }
            _ => self.markdown(),
        }
    }

    fn text(self) -> Vec<Column> {
        use Column::{
            Action, Bar, Calls, Class, Code, Count, Failed, FailedBefore, Max, Outcome, OverTime, P50, P90, P95, P99,
            P99Before, P999, Rate, RateBefore, SeenRuns, Service, Share, Since, Timed, Trend, Value,
        };
        match self {
            Self::Comparison => vec![FailedBefore, Failed, RateBefore, Rate, P99Before, P99, Trend, Value],
            Self::Codes => vec![Count, Share, Bar, Class, Trend, SeenRuns, OverTime, Since, Code],
            Self::Actions => vec![Failed, Calls, Rate, P50, P99, Max, Service, Action],
            Self::Services | Self::Regions | Self::By => vec![Failed, Calls, Rate, Value],
            Self::Latency => vec![Timed, P50, P90, P95, P99, P999, Max, Outcome],
            _ => Vec::new(),
        }
    }
}
