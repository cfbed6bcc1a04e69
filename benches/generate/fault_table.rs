//! The codes of generated failures: data only.

use crate::faults::Pace;

/// Service (empty: any), weight (0: only as an incident), pace, code, message variants as they stand in a JSON string.
pub type Row = (&'static str, u64, Pace, &'static str, &'static [&'static str]);

/// What an incident says whose code the table does not know.
pub const INCIDENT_MESSAGES: &[&str] = &[
    "operation failed on ins-<id 8> (0x<hex 8>), please retry",
    "backend <ip>:<n 8000 9999> returned <n 500 599> for qcs::<service>:<region>:uin/1000<n 10000000 99999999>:instance/ins-<id 8>",
];

/// The table.
pub const TABLE: &[Row] = &[
    (
        "",
        140,
        Pace::Refused,
        "RequestLimitExceeded",
        &[
            "Your current request times equals to `<n 21 80>` in a second, which exceeds the frequency limit `20` for a second. Please reduce the frequency of calls.",
        ],
    ),
    (
        "",
        25,
        Pace::Refused,
        "RequestLimitExceeded.UinLimitExceeded",
        &["The number of requests of uin 1000<n 10000000 99999999> exceeds the frequency limit <n 50 100>."],
    ),
    (
        "",
        60,
        Pace::Refused,
        "AuthFailure.SignatureFailure",
        &[
            "The provided credentials could not be validated. Please ensure your signature is correct.",
            "The provided credentials could not be validated. Please check your signature is correct. [<hex 32>]",
        ],
    ),
    (
        "",
        40,
        Pace::Refused,
        "AuthFailure.SignatureExpire",
        &["Signature expired, time offset <n 300 9000>s: signed at <when>, server time <when>"],
    ),
    (
        "",
        12,
        Pace::Refused,
        "AuthFailure.SecretIdNotFound",
        &[
            "The SecretId AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE is not found, please ensure that your SecretId is correct.",
        ],
    ),
    (
        "",
        70,
        Pace::Refused,
        "UnauthorizedOperation",
        &[
            r"[request id:<uuid>]you are not authorized to perform operation (<service>:<action>)\nresource (qcs::<service>:<region>:uin/1000<n 10000000 99999999>:instance/ins-<id 8>) has no permission\n",
            r"you are not authorized to perform operation (<service>:<action>)\nresource (qcs::<service>:<region>:uin/1000<n 10000000 99999999>:*) has no permission\n",
            "权限不足，请联系主账号 1000<n 10000000 99999999> 授权",
        ],
    ),
    (
        "",
        90,
        Pace::Refused,
        "InvalidParameterValue",
        &[
            r#"The value `<id 6>` specified in the parameter `<pick Filters|Limit|Offset|InstanceIds.0|Zone>` is not valid."#,
            r#"Invalid parameter value: \"<words 1 2>\", at index <n 0 9>"#,
            "参数错误：<cn 1 3>",
        ],
    ),
    (
        "",
        50,
        Pace::Refused,
        "MissingParameter",
        &["The request is missing a required parameter `<pick VpcId|SubnetId|InstanceId|Zone>`."],
    ),
    (
        "",
        18,
        Pace::Refused,
        "UnknownParameter",
        &["The parameter `<pick Filter|Instanceid|limit|Tag>` is not recognized."],
    ),
    (
        "",
        45,
        Pace::Usual,
        "ResourceNotFound",
        &[
            "resource <id 4>-<id 8> not found",
            "Code:<n 1000 1999>, Msg:Invalid parameter (itemid)",
            "资源 ins-<id 8> 不存在",
        ],
    ),
    ("", 16, Pace::Usual, "ResourceInUse", &["The resource <id 3>-<id 8> is in use by ins-<id 8>."]),
    (
        "",
        14,
        Pace::Usual,
        "ResourceUnavailable",
        &["resource <id 3>-<id 8> is unavailable in state <pick CREATING|ISOLATED|MIGRATING>"],
    ),
    (
        "",
        22,
        Pace::Usual,
        "InternalError",
        &[
            "An internal error has occurred. Retry your request, but if the problem persists, contact us.",
            "internal error, trace <hex 16>",
            "rpc error: code = Unavailable desc = connection error: desc = transport: dial tcp <ip>:<n 1024 65535>: connect: connection refused",
        ],
    ),
    (
        "",
        9,
        Pace::Usual,
        "InternalError.DbError",
        &[
            "db error: Error 1213 (40001): Deadlock found when trying to get lock; try restarting transaction [<n 1 64>]",
        ],
    ),
    ("", 20, Pace::Usual, "FailedOperation", &["操作失败，请重试（<hex 8>）", "operation failed: <words 2 4>"]),
    ("", 4, Pace::Usual, "FailedOperation.PermissionDenied.", &["权限不足"]),
    ("", 8, Pace::TimedOut, "FailedOperation.Timeout", &["request to <ip>:<n 1024 65535> timed out after 30s"]),
    (
        "",
        15,
        Pace::Usual,
        "LimitExceeded",
        &["quota of <pick snapshots|disks|addresses|rules> exceeded: limit <n 10 500>, used <n 10 500>"],
    ),
    ("", 12, Pace::Refused, "UnsupportedOperation", &["The operation is not supported in <region>-<n 1 7>."]),
    ("", 6, Pace::Refused, "InvalidAction", &["The action `<action>s` is invalid or not found."]),
    (
        "",
        3,
        Pace::Refused,
        "DryRunOperation",
        &["The request would have succeeded, but the DryRun parameter was used."],
    ),
    (
        "cvm",
        60,
        Pace::Usual,
        "ResourceInsufficient.SpecifiedInstanceType",
        &[
            "The specified type of instance `<pick S5.LARGE8|SA3.MEDIUM4|GN7.5XLARGE80>` is understocked in zone <region>-<n 1 7>.",
            "The specified type of instance is understocked.",
        ],
    ),
    (
        "cvm",
        70,
        Pace::Refused,
        "InvalidInstanceId.NotFound",
        &[
            r#"The instance ids `[\"ins-<id 8>\"]` is not exist."#,
            "These instances ins-<id 8>, ins-<id 8> are not found",
        ],
    ),
    (
        "cvm",
        25,
        Pace::Usual,
        "UnsupportedOperation.InstanceStateRunning",
        &["The request does not support the instances `ins-<id 8>` which are in operation or in a special state."],
    ),
    (
        "cvm",
        10,
        Pace::Refused,
        "DryRunOperation.DryRunOperationError",
        &["The request would have succeeded, but the DryRun parameter was used."],
    ),
    (
        "cbs",
        0,
        Pace::Usual,
        "InternalError.ResourceOpFailed",
        &[
            "disk disk-<id 8> operation failed (0x<hex 8>)",
            "Operate resource qcs::cvm:<region>:uin/1000<n 10000000 99999999>:volume/disk-<id 8> failed, storage node <ip> returned <n 500 599>",
        ],
    ),
    (
        "cbs",
        50,
        Pace::Usual,
        "ResourceInUse.DiskMigrating",
        &["The disk disk-<id 8> is migrating, progress <n 1 99>%."],
    ),
    ("cbs", 30, Pace::Refused, "InvalidDiskId.NotFound", &["The disk `disk-<id 8>` is not found."]),
    ("vpc", 45, Pace::Usual, "UnsupportedOperation.InvalidState", &["The resource eni-<id 8> is in an invalid state."]),
    ("vpc", 30, Pace::Refused, "LimitExceeded.Address", &["The address quota is exceeded: <n 20 90>."]),
    ("clb", 50, Pace::TimedOut, "FailedOperation.RequestTimeout", &["task <uuid> on lb-<id 8> timed out"]),
    (
        "clb",
        40,
        Pace::Usual,
        "FailedOperation.ResourceInOperating",
        &["Your task is working (DescribeTaskStatus), lb-<id 8>."],
    ),
    (
        "cdb",
        40,
        Pace::Usual,
        "OperationDenied.InstanceTaskRunning",
        &["实例 cdb-<id 8> 有任务 <n 10000 99999> 正在执行"],
    ),
    (
        "redis",
        35,
        Pace::Usual,
        "ResourceUnavailable.InstanceUnLockedError",
        &["instance crs-<id 8> is locked by task <n 10000 99999>"],
    ),
    (
        "tke",
        45,
        Pace::Usual,
        "InternalError.UnexpectedInternal",
        &[r#"DASHBOARD_RES_ERROR: {\"code\":-<n 1 99>,\"reason\":\"cls-<id 8>: <words 1 3>\"}"#],
    ),
    ("scf", 40, Pace::Usual, "ResourceNotFound.Function", &["未找到指定的Function，请创建后再试。"]),
    ("cls", 50, Pace::Refused, "FailedOperation.ReadQpsLimit", &["topic <uuid> read qps <n 100 900> over limit 100"]),
    (
        "monitor",
        30,
        Pace::Refused,
        "InvalidParameterValue.DimensionNotFound",
        &["dimension <id 6> of namespace QCE/<words 1 1> not found"],
    ),
];
