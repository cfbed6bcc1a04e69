//! What stands in a Response object beside `Error` and `RequestId`: members of a wanted total size. It knows no outcome and no wrapper.

use crate::dice::Dice;
use crate::template::{Scene, Style, Template, quoted};

/// Which texts payloads are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Like the documented responses: mostly ASCII, some Chinese, some JSON inside strings.
    Documented,
    /// Mostly raw UTF-8 beyond ASCII.
    NonAscii,
    /// Mostly JSON inside strings and escapes.
    Escapes,
}

/// Compiled members, to compose payloads from.
pub struct Payloads {
    scalars: Vec<Sized>,
    lists: Vec<(Vec<u8>, Sized)>,
    decoys: Vec<Sized>,
    comma: &'static [u8],
}

/// A position in the pools: a payload that goes on with it does not repeat a member.
pub struct Walk {
    scalar: usize,
    list: usize,
}

struct Sized {
    template: Template,
    bytes: usize,
}

/// Payloads above this size are lists; the rest of a payload below it is filled with scalar members.
const LIST_BYTES_MIN: usize = 280;
/// One payload in so many holds members that look like an envelope's.
const DECOY_PER_MILLION: u64 = 25_000;

impl Payloads {
    /// Compiles the pools of a flavour.
    pub fn new(flavour: Flavour, style: Style) -> Self {
        let sized = |text: &str| {
            let template = Template::new(text, style);
            Sized { bytes: template.typical_bytes(), template }
        };
        let all = |texts: &[&str]| texts.iter().map(|text| sized(text)).collect::<Vec<_>>();
        let mut lists = Vec::new();
        for (at, item) in ITEMS.iter().enumerate() {
            let text = match flavour {
                Flavour::Documented => (*item).to_owned(),
                Flavour::NonAscii => NONASCII_ITEMS[at % NONASCII_ITEMS.len()].to_owned(),
                Flavour::Escapes => escaped_item(at, item),
            };
            let name = LIST_NAMES[at % LIST_NAMES.len()];
            let head = [b"\"", name.as_bytes(), b"\"", style.colon(), b"["].concat();
            lists.push((head, sized(&text)));
        }
        Payloads {
            scalars: match flavour {
                Flavour::Documented => all(SCALARS),
                Flavour::NonAscii => all(NONASCII_SCALARS),
                Flavour::Escapes => all(ESCAPED_SCALARS),
            },
            lists,
            decoys: all(DECOYS),
            comma: style.comma(),
        }
    }

    /// A random place to start from.
    pub fn walk(&self, dice: &mut Dice) -> Walk {
        Walk { scalar: dice.index(self.scalars.len()), list: dice.index(self.lists.len()) }
    }

    /// A place to start from whose lists hold the items of one action.
    pub fn walk_of(&self, dice: &mut Dice, action: usize) -> Walk {
        Walk { list: action % self.lists.len(), ..self.walk(dice) }
    }

    /// Appends members of about `bytes` bytes, at least one, with commas between but not around them.
    pub fn members(&self, dice: &mut Dice, scene: &Scene<'_>, walk: &mut Walk, bytes: usize, out: &mut Vec<u8>) {
        let end = out.len() + bytes;
        if dice.chance(DECOY_PER_MILLION) {
            let decoy = &self.decoys[dice.index(self.decoys.len())];
            decoy.template.fill(dice, scene, out);
        } else if bytes >= LIST_BYTES_MIN {
            self.list(dice, scene, walk, end, out);
        } else {
            self.scalar(dice, scene, walk, bytes, out);
        }
        for _ in 0..self.scalars.len() / 2 {
            let room = end.saturating_sub(out.len());
            if room < 12 {
                break;
            }
            out.extend_from_slice(self.comma);
            if room >= LIST_BYTES_MIN {
                self.list(dice, scene, walk, end, out);
            } else {
                self.scalar(dice, scene, walk, room, out);
            }
        }
    }

    /// Appends the next member that fits into `room`, or the shortest of those looked at.
    fn scalar(&self, dice: &mut Dice, scene: &Scene<'_>, walk: &mut Walk, room: usize, out: &mut Vec<u8>) {
        let chosen = fitting(&self.scalars, walk.scalar, room + 4, |scalar| scalar.bytes);
        walk.scalar = chosen + 1;
        self.scalars[chosen].template.fill(dice, scene, out);
    }

    /// Appends a list that ends near `end`.
    fn list(&self, dice: &mut Dice, scene: &Scene<'_>, walk: &mut Walk, end: usize, out: &mut Vec<u8>) {
        let room = end.saturating_sub(out.len());
        let chosen = fitting(&self.lists, walk.list, room, |(head, item)| head.len() + item.bytes);
        walk.list = chosen + 1;
        let (head, item) = &self.lists[chosen];
        out.extend_from_slice(head);
        let mut first = true;
        while first || out.len() + item.bytes / 2 < end {
            if !first {
                out.extend_from_slice(self.comma);
            }
            first = false;
            item.template.fill(dice, scene, out);
        }
        out.push(b']');
    }
}

/// The first of the next six that is not longer than `room`, else the shortest of them.
fn fitting<T>(pool: &[T], from: usize, room: usize, bytes: impl Fn(&T) -> usize) -> usize {
    let candidates = (from..from + 6).map(|at| at % pool.len());
    let first = candidates.clone().find(|at| bytes(&pool[*at]) <= room);
    first.or_else(|| candidates.min_by_key(|at| bytes(&pool[*at]))).unwrap_or(0)
}

/// The item as text in a member, as text in text in a member, or a member of escapes of other kinds.
fn escaped_item(at: usize, item: &str) -> String {
    match at % 4 {
        0 => format!("{{\"Id\":<n 1 9999>,\"Detail\":\"{}\"}}", quoted(item)),
        1 => format!(
            "{{\"Detail\":\"{}\"}}",
            quoted(&format!("{{\"Inner\":\"{}\",\"N\":<n 0 9>}}", quoted(item)))
        ),
        2 => r#"{"Path":"C:\\data\\<id 6>\\<words 1 1>.log","Body":"<words 2 5>\r\n\t\"<words 1 3>\"\r\n\u003cbr\/\u003e\u4e2d\u6587\ud83d\ude00\b\f"}"#.to_owned(),
        _ => format!("{{\"Request\":\"{}\",\"Pattern\":\"^\\\\d+\\\\.(\\\\w|\\\\\\\\)*$\"}}", quoted(item)),
    }
}

const LIST_NAMES: &[&str] = &[
    "InstanceSet",
    "DiskSet",
    "LoadBalancerSet",
    "Listeners",
    "Items",
    "DataPoints",
    "Results",
    "SecurityGroupPolicySet",
    "TaskList",
    "RecordList",
    "Functions",
    "ResourceTags",
];

const SCALARS: &[&str] = &[
    r#""TotalCount":<n 0 300>"#,
    r#""TaskId":<n 1000 99999999>"#,
    r#""FlowId":<n 100000 9999999>"#,
    r#""Result":<pick true|false>"#,
    r#""Data":"<when>""#,
    r#""InstanceId":"ins-<id 8>""#,
    r#""Status":<n 0 4>"#,
    r#""InstanceIdSet":["ins-<id 8>"]"#,
    r#""DealNames":["<n 20240101000000 20261231235959>"]"#,
    r#""JobId":"<uuid>""#,
    r#""Offset":0,"Limit":20"#,
    r#""Price":{"UnitPrice":<n 0 9>.<n 10 99>,"ChargeUnit":"HOUR","UnitPriceDiscount":0.<n 1 9>}"#,
    r#""ExpireTime":"<when>""#,
    r#""Url":"https://<id 10>-125<n 1000000 9999999>.cos.<region>.myqcloud.com/<hex 16>?sign=<hex 32>""#,
    r#""Msg":"""#,
    r#""AsyncRequestId":"<hex 8>-<n 10000000 99999999>""#,
    r#""Description":"<cn 1 6>""#,
    r#""Context":null"#,
    r#""HasNextPage":false"#,
    r#""Score":<n 0 99>.<n 0 999999>e-<n 1 9>"#,
    r#""Manifest":"{\"version\":\"2.<n 0 9>\",\"name\":\"<words 1 2>\",\"desc\":\"<cn 1 4>\"}""#,
    r#""Tags":[]"#,
    r#""PublicKey":"ssh-rsa AAAAB3NzaC1yc2E<hex 64> <id 6>""#,
    r#""Zones":["<region>-<n 1 7>"]"#,
    r#""Balance":-<n 1 99999>"#,
    r#""SubnetId":"subnet-<id 8>","VpcId":"vpc-<id 8>""#,
    r#""ClusterStatus":"Running","ClusterNodeNum":<n 1 50>"#,
    r#""Vip":"<ip>","Vport":3306"#,
    r#""Idle":<n 0 99>"#,
    r#""Extra":{}"#,
];

const ITEMS: &[&str] = &[
    r#"{"Placement":{"Zone":"<region>-<n 1 7>","ProjectId":<n 0 9>,"HostIds":null},"InstanceId":"ins-<id 8>","InstanceType":"<pick S5.LARGE8|SA3.MEDIUM4|C6.2XLARGE16|GN7.5XLARGE80>","CPU":<n 1 64>,"Memory":<n 1 256>,"RestrictState":"NORMAL","InstanceName":"<words 1 3>","InstanceChargeType":"POSTPAID_BY_HOUR","SystemDisk":{"DiskType":"CLOUD_PREMIUM","DiskId":"disk-<id 8>","DiskSize":<n 50 500>},"DataDisks":[<rep 0 2 {"DiskType":"CLOUD_SSD","DiskId":"disk-<id 8>","DiskSize":<n 10 2000>,"DeleteWithInstance":<pick true|false>}>],"PrivateIpAddresses":["<ip>"],"PublicIpAddresses":null,"InternetAccessible":{"InternetChargeType":"TRAFFIC_POSTPAID_BY_HOUR","InternetMaxBandwidthOut":<n 0 200>},"VirtualPrivateCloud":{"VpcId":"vpc-<id 8>","SubnetId":"subnet-<id 8>","AsVpcGateway":false},"ImageId":"img-<id 8>","CreatedTime":"<whent>Z","ExpiredTime":null,"OsName":"TencentOS Server 3.1 (TK4)","SecurityGroupIds":[<rep 1 3 "sg-<id 8>">],"LoginSettings":{"KeyIds":["skey-<id 8>"]},"InstanceState":"<pick RUNNING|STOPPED|PENDING>","Tags":[<rep 0 2 {"Key":"<words 1 1>","Value":"<words 1 2>"}>],"Uuid":"<uuid>","LatestOperation":"<pick StartInstances|StopInstances|ResetInstance>","LatestOperationState":"SUCCESS","LatestOperationRequestId":"<uuid>"}"#,
    r#"{"DiskId":"disk-<id 8>","DiskName":"<cn 1 3>","DiskType":"CLOUD_HSSD","DiskSize":<n 10 3200>,"DiskState":"<pick ATTACHED|UNATTACHED|ATTACHING>","Attached":<pick true|false>,"Encrypt":false,"Portable":true,"InstanceId":"ins-<id 8>","Placement":{"Zone":"<region>-<n 1 7>","ProjectId":0},"CreateTime":"<when>","SnapshotAbility":true,"ThroughputPerformance":0}"#,
    r#"{"LoadBalancerId":"lb-<id 8>","LoadBalancerName":"<words 1 2>","LoadBalancerType":"OPEN","Forward":1,"Domain":"","LoadBalancerVips":["<ip>"],"Status":1,"CreateTime":"<when>","StatusTime":"<when>","ProjectId":<n 0 20>,"VpcId":"vpc-<id 8>","SnatPro":false,"Isolation":0,"Log":null,"TargetRegionInfo":{"Region":"<region>","VpcId":"vpc-<id 8>"}}"#,
    r#"{"ListenerId":"lbl-<id 8>","Protocol":"<pick TCP|UDP|HTTP|HTTPS>","Port":<n 1 65535>,"Certificate":null,"HealthCheck":{"HealthSwitch":1,"TimeOut":2,"IntervalTime":5,"HealthNum":3,"UnHealthNum":3,"HttpCode":31,"HttpCheckPath":"/"},"Rules":[<rep 0 2 {"LocationId":"loc-<id 8>","Domain":"<id 8>.example.com","Url":"/<id 4>","SessionExpireTime":0}>],"SessionExpireTime":0,"Scheduler":"WRR"}"#,
    r#"{"InstanceId":"cdb-<id 8>","InstanceName":"<cn 1 4>","Status":1,"Region":"<region>","Zone":"<region>-<n 1 7>","Vip":"<ip>","Vport":3306,"Memory":<n 1000 64000>,"Volume":<n 25 6000>,"EngineVersion":"<pick 5.7|8.0>","DeadlineTime":"0000-00-00 00:00:00","RoGroups":[],"DeployMode":0,"TaskStatus":0,"QPS":<n 0 99999>,"Remark":"<cn 2 9>"}"#,
    r#"{"Dimensions":[{"Name":"InstanceId","Value":"ins-<id 8>"}],"Timestamps":[<rep 2 12 <n 1780000000 1790000000>>],"Values":[<rep 2 12 <n 0 99>.<n 0 999>>]}"#,
    r#"{"Time":<n 1780000000000 1790000000000>,"TopicId":"<uuid>","Source":"<ip>","FileName":"/var/log/<words 1 1>.log","LogJson":"{\"level\":\"<pick info|warn|error>\",\"msg\":\"<words 2 6>\",\"cost\":\"<n 1 900>ms\"}","HighLights":[]}"#,
    r#"{"PolicyIndex":<n 0 99>,"Protocol":"<pick tcp|udp|all>","Port":"<n 1 65535>","CidrBlock":"<ip>/<n 16 32>","Ipv6CidrBlock":"","SecurityGroupId":"","Action":"<pick ACCEPT|DROP>","PolicyDescription":"<cn 1 5>","ModifyTime":"<when>"}"#,
    r#"{"TaskId":"<uuid>","Status":"<pick SUCCESS|RUNNING|FAILED>","Progress":<n 0 100>,"StartTime":"<when>","EndTime":"<when>","ErrorMessage":"","Code":<n 0 3>,"Message":"<words 1 4>"}"#,
    r#"{"RecordId":<n 10000000 99999999>,"Value":"<ip>","Status":"ENABLE","Name":"<id 5>","Line":"默认","LineId":"0","Type":"A","TTL":600,"MX":0,"Weight":null,"Remark":""}"#,
    r#"{"FunctionName":"<words 1 1>-<id 4>","Runtime":"<pick Python3.9|Nodejs18.15|Go1|CustomRuntime>","Namespace":"default","AddTime":"<when>","ModTime":"<when>","Status":"Active","MemorySize":<n 64 3072>,"Timeout":<n 3 900>,"Environment":{"Variables":[<rep 0 3 {"Key":"<words 1 1>","Value":"<hex 12>"}>]},"Description":"<words 2 8>","StatusDesc":""}"#,
    r#"{"TagKey":"<words 1 1>","TagValue":"<words 1 2>","ResourceId":"ins-<id 8>","ResourceRegion":"<region>","CreateTime":<n 1600000000 1790000000>}"#,
];

/// Members that a scan for keys would take for the envelope's.
const DECOYS: &[&str] = &[
    r#""Tasks":[{"TaskId":"<uuid>","Status":"FAILED","Error":{"Code":"InternalError","Message":"<words 2 6>"},"RequestId":"<uuid>"}]"#,
    r#""Data":{"Response":{"Error":{"Code":"FailedOperation","Message":"<cn 1 3>"},"RequestId":"<uuid>"}}"#,
    r#""Body":"{\"Response\":{\"Error\":{\"Code\":\"InternalError.ResourceOpFailed\",\"Message\":\"<words 2 5>\"},\"RequestId\":\"<uuid>\"}}""#,
    r#""Raw":"{\"Response\":{\"RequestId\":\"<uuid>\"}}","Code":0,"Message":"success""#,
    r#""Results":[<rep 1 3 {"InstanceId":"ins-<id 8>","Code":"<pick Success|ResourceInUse>","Message":"<words 1 3>","Error":null}>]"#,
    r#""error":{"code":"<n 0 9>","message":"<words 1 3>"},"ErrorCode":0,"Errors":[]"#,
    r#""Detail":{"Error":"<words 1 3>","RequestId":"<hex 32>","Response":null}"#,
    r#""Logs":["\"Error\":{\"Code\":\"LimitExceeded\"}","]}","{\"RequestId\":\"","\\\\\"Response\\\\\":{"]"#,
];

const NONASCII_SCALARS: &[&str] = &[
    r#""TotalCount":<n 0 300>"#,
    r#""描述":"<cn 2 4>""#,
    r#""Name":"<cn 1 3>""#,
    r#""Remark":"<cn 3 12>""#,
    r#""Title":"<mixed 2 6>""#,
    r#""Text":"<cn 8 20><mixed 0 3><cn 2 9>""#,
    r#""Answer":"<cn 20 40>""#,
    r#""状态":"<cn 1 1>""#,
    r#""Emoji":"<mixed 1 2>""#,
    r#""Keywords":[<rep 1 5 "<cn 1 2>">]"#,
    r#""Owner":{"姓名":"<cn 1 2>","部门":"<cn 1 3>","备注":"<mixed 0 4>"}"#,
    r#""Notice":"<cn 3 6><pick ！|？|…><cn 3 9>""#,
];

const NONASCII_ITEMS: &[&str] = &[
    r#"{"编号":<n 1 999>,"名称":"<cn 2 5>","说明":"<cn 8 30>"}"#,
    r#"{"Role":"assistant","Content":"<cn 20 60><mixed 0 5><cn 5 20>"}"#,
    r#"{"Id":"doc-<id 8>","Title":"<cn 3 8>","Summary":"<cn 15 40>","Tags":[<rep 1 4 "<cn 1 2>">]}"#,
    r#"{"Text":"<mixed 4 20>","Lang":"<pick zh|ja|ko|ar>"}"#,
    r#"{"告警":"<cn 4 12>","级别":"<pick 严重|警告|提示>","时间":"<when>"}"#,
];

const ESCAPED_SCALARS: &[&str] = &[
    r#""Input":"{\"age\":<n 1 99>,\"name\":\"<words 1 2>\"}""#,
    r#""Output":"{\"code\":0,\"data\":{\"list\":[<n 0 9>,<n 0 9>],\"msg\":\"ok\"}}""#,
    r#""Message2":"\u8bf7\u6c42\u6210\u529f <n 1 99>""#,
    r#""Path":"\/data\/<id 6>\/<id 6>""#,
    r#""Quote":"\"<words 1 3>\"""#,
    r#""Regex":"^\\d{<n 1 9>}\\.\\w+$""#,
    r#""Yaml":"apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"<id 6>\"\n""#,
    r#""Nested":"{\"a\":\"{\\\"b\\\":\\\"<id 4>\\\",\\\"c\\\":[1,2]}\"}""#,
    r#""Tail":"<id 3>\\""#,
    r#""Slashes":"\\\\\\\\\\\\""#,
    r#""\u63cf\u8ff0":"\u5df2\u5b8c\u6210""#,
    r#""Html":"\u003cb\u003e<words 1 2>\u003c\/b\u003e\u0026\u00a0""#,
    r#""Surrogates":"\ud83d\ude00\ud83d\ude80""#,
    r#""Tabs":"\t\r\n\b\f\"\\\/""#,
    r#""Empty":"\u0000""#,
    r#""Policy":"{\"version\":\"2.0\",\"statement\":[{\"effect\":\"allow\",\"action\":[\"cos:*\"],\"resource\":[\"qcs::cos:<region>:uid\/125<n 1000000 9999999>:<id 6>\/*\"]}]}""#,
];
