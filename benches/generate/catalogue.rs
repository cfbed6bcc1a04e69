//! Services, actions and regions of wrapped logs, with their shares and latencies. It knows no line.

use crate::dice::{Dice, Weighted};

/// One API action.
pub struct Action {
    /// Such as `cvm`.
    pub service: &'static str,
    /// Such as `DescribeInstances`.
    pub name: &'static str,
    /// Failures in a million calls, incidents aside.
    pub failed_per_million: u64,
    /// True for calls that list things.
    pub lists: bool,
    latency_median_us: u64,
    latency_spread_1024: i64,
}

/// What is called, where, and how often.
pub struct Catalogue {
    actions: Vec<Action>,
    action_shares: Weighted,
    region_shares: Weighted,
    powers: Vec<u64>,
}

/// The regions, the busiest first.
pub const REGIONS: [&str; 8] = [
    "ap-guangzhou",
    "ap-shanghai",
    "ap-beijing",
    "ap-nanjing",
    "ap-chengdu",
    "ap-hongkong",
    "ap-singapore",
    "na-siliconvalley",
];
const REGION_WEIGHTS: [u64; 8] = [21, 20, 18, 11, 9, 8, 8, 5];

/// The largest value of `--actions`.
pub const ACTIONS_MAX: usize = SERVICES.len() * ACTIONS_PER_SERVICE;
const ACTIONS_PER_SERVICE: usize = 30;

impl Catalogue {
    /// The first `count` actions, taken from the services in turn, so that every service has some.
    pub fn new(count: usize) -> Self {
        let actions: Vec<Action> = (0..count).map(nth_action).collect();
        let action_shares = Weighted::new(actions.iter().enumerate().map(|(rank, action)| {
            let weight = 60_000 / (rank as u64 + 3);
            if action.lists { weight * 4 } else { weight }
        }));
        Catalogue { actions, action_shares, region_shares: Weighted::new(REGION_WEIGHTS), powers: powers_of_two() }
    }

    /// The names of all services.
    pub fn services() -> Vec<&'static str> {
        SERVICES.iter().map(|(service, _)| *service).collect()
    }

    /// All actions; an index never changes its meaning.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// An action and a region by their shares, as indices.
    pub fn draw(&self, dice: &mut Dice) -> (usize, usize) {
        (self.action_shares.draw(dice), self.region_shares.draw(dice))
    }

    /// A log-normal duration of an action in microseconds, `times` as long as usual.
    pub fn latency_us(&self, dice: &mut Dice, action: usize, times: u64) -> u64 {
        let action = &self.actions[action];
        let exponent_1024 = dice.normal_1024() * action.latency_spread_1024 / 1_024;
        let octave = exponent_1024.div_euclid(1_024);
        let scaled = action.latency_median_us * times * self.powers[exponent_1024.rem_euclid(1_024) as usize];
        let shift = 20 - octave;
        (scaled >> shift.clamp(0, 63)).max(40)
    }
}

/// True for actions that answer with lists.
pub fn lists(action: &str) -> bool {
    ["Describe", "Get", "List", "Search", "Inquiry"].iter().any(|verb| action.starts_with(verb))
}

/// 2^(i/1024) in units of 2^-20 for i from 0 to 1023: products of square roots, which IEEE 754 rounds alike everywhere.
fn powers_of_two() -> Vec<u64> {
    let mut roots = [2.0_f64; 11];
    for at in 1..roots.len() {
        roots[at] = roots[at - 1].sqrt();
    }
    (0..1_024_usize)
        .map(|exponent| {
            let set = (0..10).filter(|bit| exponent >> bit & 1 == 1);
            let power: f64 = set.map(|bit| roots[10 - bit]).product();
            (power * 1_048_576.0) as u64
        })
        .collect()
}

fn nth_action(at: usize) -> Action {
    let (service, names) = SERVICES[at % SERVICES.len()];
    let Some(name) = names.split_whitespace().nth(at / SERVICES.len()) else {
        panic!("{service} has fewer than {ACTIONS_PER_SERVICE} actions");
    };
    let lists = lists(name);
    let mut dice = Dice::new(at as u64);
    let median_ms = match name {
        _ if lists => 25 + dice.below(120),
        _ if name.starts_with("Run") || name.starts_with("Create") => 300 + dice.below(900),
        _ => 80 + dice.below(700),
    };
    Action {
        service,
        name,
        lists,
        failed_per_million: if lists { 4_000 + dice.below(9_000) } else { 10_000 + dice.below(40_000) },
        latency_median_us: median_ms * 1_000 + dice.below(1_000),
        latency_spread_1024: 500 + dice.below(700) as i64,
    }
}

/// Each service and its actions, the busiest first, separated by blanks.
const SERVICES: [(&str, &str); 10] = [
    (
        "cvm",
        "DescribeInstances RunInstances DescribeInstancesStatus TerminateInstances DescribeZones \
         StartInstances StopInstances RebootInstances DescribeImages ResetInstance \
         DescribeInstanceTypeConfigs InquiryPriceRunInstances ModifyInstancesAttribute \
         DescribeKeyPairs CreateImage AssociateSecurityGroups ResizeInstanceDisks DescribeRegions \
         ResetInstancesType DescribeZoneInstanceConfigInfos CreateKeyPair DeleteKeyPairs \
         AllocateHosts DescribeHosts ModifyHostsAttribute DescribeLaunchTemplates \
         CreateLaunchTemplate DescribeDisasterRecoverGroups SyncImages ExportImages",
    ),
    (
        "cbs",
        "DescribeDisks AttachDisks DetachDisks CreateDisks DescribeSnapshots CreateSnapshot \
         TerminateDisks ResizeDisk DeleteSnapshots ModifyDiskAttributes ApplySnapshot \
         DescribeDiskConfigQuota InquiryPriceCreateDisks RenewDisk BindAutoSnapshotPolicy \
         CreateAutoSnapshotPolicy DescribeAutoSnapshotPolicies DeleteAutoSnapshotPolicies \
         UnbindAutoSnapshotPolicy ModifySnapshotAttribute DescribeDiskOperationLogs \
         DescribeSnapshotSharePermission ModifySnapshotsSharePermission GetSnapOverview \
         CopySnapshotCrossRegions DescribeDiskBackups CreateDiskBackup DeleteDiskBackups \
         ApplyDiskBackup InitializeDisks",
    ),
    (
        "vpc",
        "DescribeVpcs DescribeSubnets DescribeSecurityGroups AllocateAddresses AssociateAddress \
         DescribeNetworkInterfaces ReleaseAddresses CreateSecurityGroupPolicies DescribeAddresses \
         CreateSubnet DescribeRouteTables CreateVpc DeleteVpc DeleteSubnet AttachNetworkInterface \
         DetachNetworkInterface CreateNetworkInterface DescribeNatGateways CreateNatGateway \
         DescribeVpnGateways DescribeCcns ReplaceRoutes CreateRoutes DeleteRoutes DescribeHaVips \
         CreateHaVip DescribeFlowLogs CreateFlowLog DescribeBandwidthPackages \
         AddBandwidthPackageResources",
    ),
    (
        "clb",
        "DescribeLoadBalancers RegisterTargets DescribeTargetHealth DeregisterTargets \
         DescribeListeners CreateListener DescribeTargets CreateRule DescribeTaskStatus \
         CreateLoadBalancer DeleteListener DeleteRule ModifyListener ModifyTargetWeight \
         BatchModifyTargetWeight DeleteLoadBalancer ModifyRule SetLoadBalancerSecurityGroups \
         DescribeRewrite AutoRewrite DescribeQuota ModifyDomainAttributes CreateTargetGroup \
         DescribeTargetGroups RegisterTargetGroupInstances DescribeBlockIPList ModifyBlockIPList \
         DescribeCustomizedConfigList SetLoadBalancerClsLog ReplaceCertForLoadBalancers",
    ),
    (
        "cdb",
        "DescribeDBInstances DescribeBackups DescribeSlowLogs CreateDBInstance RestartDBInstances \
         DescribeTasks ModifyAccountPassword CreateAccounts DescribeAccounts CreateBackup \
         DescribeDBInstanceConfig UpgradeDBInstance IsolateDBInstance ModifyInstanceParam \
         DescribeInstanceParams DescribeErrorLogData DescribeSlowLogData \
         DescribeRollbackRangeTime StartBatchRollback SwitchForUpgrade OpenWanService \
         CloseWanService ModifyBackupConfig DescribeBackupConfig DescribeProjectSecurityGroups \
         CreateAuditPolicy DescribeAuditRules DescribeDBPrice RenewDBInstance \
         DescribeTagsOfInstanceIds",
    ),
    (
        "redis",
        "DescribeInstances DescribeSlowLog CreateInstances DescribeInstanceParams \
         ModifyInstanceParams ClearInstance DescribeTaskInfo ManualBackupInstance \
         DescribeInstanceBackups UpgradeInstance DestroyPostpaidInstance ResetPassword \
         DescribeInstanceShards DescribeProxySlowLog KillMasterGroup ModifyNetworkConfig \
         DescribeInstanceAccount CreateInstanceAccount DeleteInstanceAccount \
         DescribeParamTemplates ApplyParamsTemplate DescribeMaintenanceWindow \
         ModifyMaintenanceWindow RestoreInstance DescribeBackupUrl DescribeInstanceNodeInfo \
         StartupInstance InquiryPriceCreateInstance DescribeTendisSlowLog SwitchProxy",
    ),
    (
        "tke",
        "DescribeClusters DescribeClusterInstances AddExistedInstances DescribeClusterKubeconfig \
         DeleteClusterInstances CreateCluster DescribeClusterNodePools ModifyClusterNodePool \
         CreateClusterNodePool DescribeClusterStatus DeleteCluster DescribeClusterEndpoints \
         CreateClusterEndpoint DeleteClusterEndpoint DescribeClusterSecurity \
         UpgradeClusterInstances DescribeAddon InstallAddon UpdateAddon DeleteAddon \
         DescribeVersions DescribeImages DescribeClusterRouteTables CreateClusterRoute \
         DeleteClusterRoute DescribeEKSClusters CreateEKSCluster DescribePrometheusInstances \
         SetNodePoolNodeProtection DrainClusterVirtualNode",
    ),
    (
        "scf",
        "Invoke ListFunctions GetFunction UpdateFunctionCode GetFunctionLogs CreateFunction \
         UpdateFunctionConfiguration DeleteFunction ListTriggers CreateTrigger DeleteTrigger \
         PublishVersion ListVersionByFunction CreateAlias UpdateAlias GetAlias ListAliases \
         DeleteAlias ListNamespaces CreateNamespace DeleteNamespace PublishLayerVersion \
         ListLayers GetLayerVersion ListLayerVersions DeleteLayerVersion GetAccount \
         PutReservedConcurrencyConfig GetProvisionedConcurrencyConfig InvokeFunction",
    ),
    (
        "cls",
        "SearchLog DescribeTopics UploadLog DescribeLogsets CreateTopic DescribeIndex CreateIndex \
         ModifyIndex DescribeMachineGroups CreateConfig DescribeConfigs ApplyConfigToMachineGroup \
         DescribeAlarms CreateAlarm ModifyAlarm DescribeLogHistogram DescribeLogContext \
         CreateExport DescribeExports DeleteTopic CreateLogset DeleteLogset DescribeShippers \
         CreateShipper DescribePartitions SplitPartition MergePartition DescribeAlarmNotices \
         OpenKafkaConsumer DescribeConsumers",
    ),
    (
        "monitor",
        "GetMonitorData DescribeAlarmPolicies DescribeAlarmHistories CreateAlarmPolicy \
         DescribeBaseMetrics BindingPolicyObject DescribeBindingPolicyObjectList \
         UnBindingPolicyObject ModifyAlarmPolicyStatus DeleteAlarmPolicy DescribeAlarmNotices \
         CreateAlarmNotice ModifyAlarmNotice DeleteAlarmNotices DescribeStatisticData \
         DescribeProductList PutMonitorData DescribeAllNamespaces DescribeAlarmMetrics \
         DescribeAlarmEvents SetDefaultAlarmPolicy ModifyAlarmPolicyCondition \
         ModifyAlarmPolicyInfo ModifyAlarmPolicyTasks DescribeMonitorTypes \
         DescribePrometheusInstances CreateAlertRule DescribeAlertRules DescribeGrafanaInstances \
         CreateGrafanaInstance",
    ),
];
