//! The headings of a ticket in the languages of the support desks, and names for what the API calls products. It
//! translates nothing that a log says.

use super::view::Language;

/// Where the account, or a product that nobody knows, is filled in by hand.
pub const BLANK: &str = "____________";

/// The headings above the line.
#[derive(Debug)]
pub struct Words {
    pub(crate) product: &'static str,
    pub(crate) api: &'static str,
    pub(crate) region: &'static str,
    pub(crate) account: &'static str,
    pub(crate) window: &'static str,
    pub(crate) since: &'static str,
    pub(crate) impact: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    pub(crate) request_ids: &'static str,
    pub(crate) success: &'static str,
    pub(crate) suggested: &'static str,
    pub(crate) time: &'static str,
    pub(crate) duration: &'static str,
    pub(crate) reason: &'static str,
}

/// The headings of a language.
#[must_use]
pub const fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
        Language::Japanese => &JAPANESE,
    }
}

const ENGLISH: Words = Words {
    product: "Product",
    api: "API (failures)",
    region: "Region",
    account: "Account (UIN)",
    window: "Window",
    since: "Worse since",
    impact: "Failed / calls",
    code: "Error code",
    message: "Message (masked)",
    request_ids: "RequestIds, and why each was chosen",
    success: "A call that succeeded, to compare",
    suggested: "suggested",
    time: "Time",
    duration: "Duration",
    reason: "Reason",
};

const CHINESE: Words = Words {
    product: "产品",
    api: "接口（失败次数）",
    region: "地域",
    account: "账号 UIN",
    window: "时间范围",
    since: "恶化开始时间",
    impact: "失败数 / 调用数",
    code: "错误码",
    message: "错误信息（已掩码）",
    request_ids: "RequestId 及选取原因",
    success: "供对比的成功调用",
    suggested: "推测",
    time: "时间",
    duration: "耗时",
    reason: "原因",
};

const JAPANESE: Words = Words {
    product: "製品",
    api: "API（失敗数）",
    region: "リージョン",
    account: "アカウント（UIN）",
    window: "期間",
    since: "悪化の開始",
    impact: "失敗数 / 呼び出し数",
    code: "エラーコード",
    message: "メッセージ（マスク済み）",
    request_ids: "RequestId と選んだ理由",
    success: "比較用の成功した呼び出し",
    suggested: "推定",
    time: "時刻",
    duration: "所要時間",
    reason: "理由",
};
