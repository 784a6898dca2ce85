//! No secret leaks: not to standard output or error at any verbosity and in any format, and not into any file
//! except the token cache, for all answers of a vendor and all mistakes of an operator.

mod echoes;
mod log_ins;
mod mistakes;
mod printed;
mod runs;
mod search;
mod strangers;

use serde_json::{Value, json};

use crate::support::given::answer;
use crate::support::scripted::{Act, Scripted, http};
use crate::support::{Place, Ran};
use search::{canary, sweep, sweep_files, sweep_output};

/// A vendor and a command line.
type Job = (&'static str, &'static str);

/// Every command that sends requests to a vendor, with passwords and without.
const JOBS: &[Job] = &[
    (
        "yeastar",
        "trunk create --name t --kind register --transport udp --host sip.example.com --port 5060 \
         --username u --auth-name u --password-from env:TRUNK_PASSWORD --codecs ulaw",
    ),
    (
        "yeastar",
        "trunk create --name t --kind account --transport udp --username u --auth-name u --codecs ulaw \
         --password-from file:INPUTS/password",
    ),
    ("yeastar", "trunk create --from INPUTS/trunk.json"),
    ("yeastar", "trunk update id:7 --kind register --password-from env:TRUNK_PASSWORD"),
    ("yeastar", "trunk update name:t --port 5062"),
    ("yeastar", "trunk update t --password-from env:TRUNK_PASSWORD"),
    (
        "itniotech",
        "trunk create --name t --direction outbound --kind register --host 192.0.2.40 --username u \
         --password-from env:TRUNK_PASSWORD --agent-group Sales",
    ),
    (
        "itniotech",
        "trunk create --name t --direction inbound --allowed-ip 192.0.2.60 \
         --agent-group 1000026=442071838750",
    ),
    ("itniotech", "trunk update name:t --prefix 7"),
    ("itniotech", "trunk update id:5000028 --password-from env:TRUNK_PASSWORD"),
    ("zoom", "trunk create --account sub-1 --master-trunk trunk-a"),
    (
        "zoom",
        "internal-numbers add --account sub-1 --number +16466661110 --type toll --label SIP --language en-US",
    ),
    ("zoom", "internal-numbers add --account sub-1 --from examples/zoom/internal-numbers.yaml"),
    ("zoom", "sip-settings assign --account sub-1 --enable true"),
];

/// How a profile authenticates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// It logs in.
    LogIn,
    /// It has a token.
    Given,
}

/// A place to run in, and a place with the files that an operator wrote. Only the first is searched.
struct Lab {
    place: Place,
    inputs: Place,
    profiles: String,
}

impl Lab {
    fn new(base: &str, proof: Proof) -> Self {
        let (mut place, inputs) = (Place::new(), Place::new());
        for (variable, name) in [
            ("CLIENT_SECRET", "ClientSecret"),
            ("ACCESS_TOKEN", "AccessToken"),
            ("API_SECRET", "ApiSecret"),
            ("TRUNK_PASSWORD", "TrunkPassword"),
        ] {
            place = place.with(variable, &canary(name));
        }
        inputs.write("password", &format!("{}\n", canary("TrunkPassword")));
        let trunk = json!({"name": "t", "kind": "register", "host": "sip.example.com", "port": 5060,
            "transport": "udp", "username": "u", "auth_name": "u", "codecs": ["ulaw"],
            "password": canary("TrunkPassword"),
            "caller_id_overrides": [{"option": "shared", "number": "1",
                "extensions": [{"name": "Sales", "type": "ext_group"}]}]});
        inputs.write("trunk.json", &trunk.to_string());
        let token = match proof {
            Proof::LogIn => "client_id = \"id\"\nclient_secret = \"env:CLIENT_SECRET\"\n",
            Proof::Given => "access_token = \"env:ACCESS_TOKEN\"\n",
        };
        let zoom = match proof {
            Proof::LogIn => format!("account_id = \"acc\"\ntoken_url = \"{base}/oauth/token\"\n"),
            Proof::Given => String::new(),
        };
        // A literal is allowed in a private file; its TOML form is the same as its JSON form.
        let key = Value::from(canary("ApiKey"));
        let profiles = inputs.write(
            "profiles.toml",
            &format!(
                "[profiles.yeastar]\nvendor = \"yeastar\"\nbase_url = \"{base}\"\n{token}\
                 [profiles.zoom]\nvendor = \"zoom\"\nbase_url = \"{base}/v2\"\n{token}{zoom}\
                 [profiles.itniotech]\nvendor = \"itniotech\"\nbase_url = \"{base}\"\n\
                 api_key = {key}\napi_secret = \"env:API_SECRET\"\n"
            ),
        );
        Self { place, inputs, profiles }
    }

    /// Runs a job at the highest verbosity and searches its output and files.
    #[track_caller]
    fn run(&self, job: (&str, &str), more: &str) -> Ran {
        let ran = self.run_only(job, more);
        assert_eq!(sweep_files(&self.place), [""; 0], "{job:?} {more}: exit {}", ran.code);
        ran
    }

    /// Searches only the output.
    #[track_caller]
    fn run_only(&self, (vendor, job): (&str, &str), more: &str) -> Ran {
        let inputs = self.inputs.path().to_string_lossy();
        let job = job.replace("INPUTS", &inputs);
        let mut args = vec!["--profiles-file", &self.profiles, "-p", vendor, "-vvv", "--retries", "0"];
        args.extend(more.split_whitespace().chain(job.split_whitespace()));
        let ran = self.place.run(&args);
        sweep_output(&ran, &format!("{vendor} {job} {more}: exit {}", ran.code));
        ran
    }
}

/// Whether a request asks for a token.
fn is_log_in(request: &str) -> bool {
    let line = request.lines().next().unwrap_or_default();
    ["oauth/token", "get_token", "refresh_token"].iter().any(|path| line.contains(path))
}

/// Whether a request only reads.
fn is_read(request: &str) -> bool {
    let line = request.lines().next().unwrap_or_default();
    ["/query", "/get?", "/list", "/search"].iter().any(|path| line.contains(path))
}

/// The vendors' successful answers, with tokens and with the stored passwords.
fn well(request: &str) -> Act {
    let line = request.lines().next().unwrap_or_default();
    let has = |part: &str| line.contains(part);
    let row = json!({"id": 7, "name": "t", "type": "register", "transport": "udp", "hostname": "h.example",
        "port": 5060, "username": "u", "password": canary("ReadPassword"), "enable": 1});
    let group = json!({"voiceGroupId": 1000026, "groupName": "Sales"});
    let trunk = json!({"keyId": 5000028, "type": 1, "state": 1, "sipTrunkName": "t", "sipPrefix": "9",
        "sipGatewayIp": "192.0.2.50", "sipTrunkState": true, "sipAccount": "u",
        "sipPassword": canary("ReadPassword"), "groupList": [group]});
    answer(
        200,
        &if has("oauth/token") {
            json!({"access_token": canary("Token"), "token_type": "bearer", "expires_in": 3600})
        } else if is_log_in(request) {
            json!({"errcode": 0, "errmsg": "SUCCESS",
                "access_token": canary("Token"), "access_token_expire_time": 1800,
                "refresh_token": canary("Refresh"), "refresh_token_expire_time": 86400})
        } else if has("trunk/get") {
            json!({"errcode": 0, "data": row})
        } else if has("trunk/list") || has("trunk/search") {
            json!({"errcode": 0, "total_number": 1, "data": [row]})
        } else if has("extension") {
            json!({"errcode": 0, "total_number": 1, "data": [{"id": 3, "name": "Sales"}]})
        } else if has("sipTrunk/query") {
            json!({"status": "0", "data": {"total": 1, "records": [trunk]}})
        } else if has("seatGroup/query") {
            json!({"status": "0", "data": {"total": 1, "records": [group]}})
        } else if has("sipTrunk/") {
            json!({"status": "0", "reason": "success", "data": 5000028})
        } else if has("internal_numbers") {
            json!({"internal_numbers": [{"id": "n1", "number": "+16466661110"},
                {"id": "n2", "number": "+442071838750"}, {"id": "n3", "number": "+18005550123"}]})
        } else if has("sip_trunk/trunks") {
            json!({"sip_trunks": [{"id": "trunk-a"}]})
        } else if has("sip_trunk/settings") {
            json!({})
        } else {
            json!({"errcode": 0, "errmsg": "SUCCESS", "id": 28})
        },
    )
}
