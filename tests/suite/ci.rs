//! The pipelines in `examples/ci` and the action in `.github` work as documented: their scripts run unchanged against a
//! served sandbox.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::served::{Served, profiles};
use crate::support::{Place, SHELL, need};

/// A folder as a pipeline's checkout has it, and the variables of its runner.
struct Checkout {
    place: Place,
    _served: Served,
    variables: BTreeMap<&'static str, String>,
}

/// The result of a script, and what it posted.
struct Ended {
    code: i32,
    out: String,
}

impl Checkout {
    fn new() -> Self {
        let (place, served) = (Place::new(), Served::start());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        for file in ["fleet/trunks.toml", "fleet/meetings.yaml"] {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            // A manifest that is not trusted names files of its own folder only.
            let text = ["yeastar", "itniotech", "zoom"]
                .iter()
                .fold(text, |text, folder| text.replace(&format!("../{folder}/"), ""));
            place.write(&format!("work/trunks/{}", file.trim_start_matches("fleet/")), &text);
        }
        for file in ["yeastar/itsp-password", "itniotech/gateway-password", "zoom/internal-numbers.csv"] {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            place.write(&format!("work/trunks/{}", file.split('/').next_back().unwrap()), &text);
        }
        let file = profiles(&served.base, &place, "");
        std::fs::copy(file, place.path().join("work/profiles.toml")).unwrap();
        // The posting command stores its input, and refuses empty input.
        for (tool, keep) in [
            ("gh", "cat \"${7:-/dev/null}\" > posted; [ -s posted ]"),
            ("curl", "cat > posted; ! grep -q '\"body\": \"\"' posted"),
        ] {
            let script =
                format!("#!/bin/sh\n{{ {keep}; }} || {{ echo 'the body is empty' >&2; exit 22; }}\n");
            place.program(&format!("bin/{tool}"), &script);
        }
        let program = Path::new(env!("CARGO_BIN_EXE_trunkctl")).parent().unwrap().display().to_string();
        let bin = place.path().join("bin").display().to_string();
        let at = |name: &str| place.path().join(name).display().to_string();
        let variables = BTreeMap::from([
            ("PATH", format!("{bin}:{program}:{}", std::env::var("PATH").unwrap())),
            ("HOME", at("home")),
            ("TRUNKCTL_PROFILES_FILE", "profiles.toml".into()),
            ("TRUNKCTL_STATE_DIR", at("state")),
            ("TRUNKCTL_LOG_OUT", "true".into()),
            ("GITHUB_STEP_SUMMARY", at("work/summary.md")),
            ("GITHUB_OUTPUT", at("work/output")),
            ("CI_NODE_INDEX", "1".into()),
            ("CI_NODE_TOTAL", "1".into()),
            ("JOB_COMPLETION_INDEX", "0".into()),
        ]);
        Self { place, _served: served, variables }
    }

    fn run(&self, script: &str) -> Ended {
        let output = Command::new(SHELL)
            .args(["-ec", script])
            .current_dir(self.place.path().join("work"))
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let mut out = String::from_utf8(output.stdout).unwrap();
        out.push_str(&String::from_utf8(output.stderr).unwrap());
        Ended { code: output.status.code().unwrap_or(-1), out }
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.place.path().join("work").join(file)).unwrap()
    }
}

/// The script of a step of the workflow.
fn step(file: &Value, job: &str, name: &str) -> String {
    named(&file["jobs"][job], name)
}

fn named(job: &Value, name: &str) -> String {
    let step = job["steps"].as_array().unwrap().iter().find(|step| step["name"] == name).unwrap();
    step["run"].as_str().unwrap().to_owned()
}

/// The script of a job of the pipeline.
fn script(file: &Value, job: &str) -> String {
    let lines = file[job]["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

fn parsed(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(file);
    yaml_serde::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[cfg(unix)]
#[test]
fn the_workflow_plans_posts_and_applies_and_a_second_run_changes_nothing() {
    let (file, checkout) = (parsed("github-trunks.yml"), Checkout::new());
    let step = |job: &str, name: &str| step(&file, job, name);
    let planned = |code: &str| {
        let plan = checkout.run(&step("plan", "Plan"));
        assert_eq!(plan.code, 0, "{}", plan.out);
        assert!(checkout.read("output").ends_with(&format!("code={code}\n")), "{}", plan.out);
        assert_eq!(checkout.run(&format!("CODE={code}\n{}", step("plan", "Judge"))).code, 0);
    };
    planned("14");
    let posted = checkout.run(&format!("NUMBER=7\n{}", step("plan", "Post the plan")));
    assert_eq!(posted.code, 0, "{}", posted.out);
    assert!(checkout.read("posted").starts_with("### trunkctl plan"), "{}", checkout.read("posted"));
    assert_eq!(checkout.run(&step("validate", "Validate")).code, 0);
    let saved = checkout.run(&step("plan-main", "Plan"));
    assert_eq!(saved.code, 0, "{}", saved.out);
    let applied = checkout.run(&step("apply", "Apply"));
    assert_eq!(applied.code, 0, "{}", applied.out);
    let changes: Value = serde_json::from_str(&checkout.read("changes.json")).unwrap();
    assert_eq!(changes["summary"]["failed"], 0);
    planned("0");
    assert_eq!(checkout.run(&format!("CODE=12\n{}", step("plan", "Judge"))).code, 1);
}

#[cfg(target_os = "linux")]
#[test]
fn the_action_installs_a_release_by_its_checksum_and_posts_a_plan() {
    let (file, mut checkout) = (parsed("../../.github/actions/trunkctl/action.yml"), Checkout::new());
    let fetch =
        "#!/bin/sh\nwhile [ \"$1\" != --output ]; do shift; done\necho \"$3\" > url\ncp release \"$2\"\n";
    checkout.place.program("bin/curl", fetch);
    let packed = checkout.run(
        "mkdir packed && ln -s \"$(command -v trunkctl)\" packed && tar -czf release packed && sha256sum < release",
    );
    let sum = packed.out.split(' ').next().unwrap().to_owned();
    let work = checkout.place.path().join("work").display().to_string();
    checkout.variables.extend([
        ("RUNNER_OS", "Linux".to_owned()),
        ("RUNNER_ARCH", "X64".to_owned()),
        ("RUNNER_TEMP", work.clone()),
        ("GITHUB_SERVER_URL", "https://forge.example".to_owned()),
        ("GITHUB_PATH", format!("{work}/path")),
        ("VERSION", "1.2.3".to_owned()),
        ("REPOSITORY", "owner/name".to_owned()),
        ("MANIFEST", "trunks".to_owned()),
        ("ARGUMENTS", "--untrusted".to_owned()),
        ("NUMBER", "7".to_owned()),
        ("PLAN", format!("{work}/trunkctl-plan.md")),
    ]);
    let run = |name: &str, with: &str| {
        checkout.place.write("work/step", &named(&file["runs"], name));
        checkout.run(&format!("{with} bash -eo pipefail step"))
    };
    let forged = run("Install", &format!("SHA256={}", "0".repeat(64)));
    assert!(forged.code != 0 && forged.out.contains("FAILED"), "{}", forged.out);
    let foreign = run("Install", "RUNNER_ARCH=ARM64");
    assert!(foreign.code == 1 && foreign.out.contains("Linux on ARM64"), "{}", foreign.out);
    assert!(!checkout.place.path().join("work/path").exists());
    let installed = run("Install", &format!("SHA256={sum}"));
    assert_eq!(installed.code, 0, "{}", installed.out);
    let release = "releases/download/v1.2.3/trunkctl-1.2.3-x86_64-unknown-linux-musl.tar.gz";
    assert_eq!(checkout.read("url"), format!("https://forge.example/owner/name/{release}\n"));
    let version = checkout.run("\"$(cat path)/trunkctl\" -V");
    assert!(version.code == 0 && version.out.starts_with("trunkctl "), "{}", version.out);

    assert_eq!(run("Plan", "").code, 0);
    assert_eq!(checkout.read("output"), format!("code=14\nchanges=true\nplan={work}/trunkctl-plan.md\n"));
    assert_eq!(run("Post the plan", "").code, 0);
    assert!(checkout.read("posted").starts_with("### trunkctl plan"), "{}", checkout.read("posted"));
    let unposted = run("Post the plan", "NUMBER= GITHUB_EVENT_NAME=push");
    assert!(unposted.code == 1 && unposted.out.contains("this workflow runs for push"), "{}", unposted.out);
    assert_eq!((run("Judge", "CODE=14").code, run("Judge", "CODE=12").code), (0, 12));
}

#[cfg(unix)]
#[test]
fn a_refused_manifest_is_posted_with_its_error_and_fails_the_job() {
    let refused = |checkout: &Checkout| {
        checkout.place.write("work/trunks/slip.toml", "[[trunk]]\nprofile = \"yeastar\"\nnmae = \"a\"\n");
    };
    let reports_the_plan = |posted: &str| {
        let as_it_is = posted.starts_with("### trunkctl plan\n\n    error: ");
        assert!(as_it_is && posted.contains("slip.toml, line 3"), "{posted}");
        assert!(posted.contains("did you mean `name`?"), "{posted}");
    };
    let (file, checkout) = (parsed("github-trunks.yml"), Checkout::new());
    refused(&checkout);
    let plan = checkout.run(&step(&file, "plan", "Plan"));
    assert!(plan.code == 0 && plan.out.contains("slip.toml"), "{}", plan.out);
    assert_eq!(checkout.read("output"), "code=4\n");
    reports_the_plan(&checkout.read("summary.md"));
    let post = format!("NUMBER=7\n{}", step(&file, "plan", "Post the plan"));
    let posted = checkout.run(&post);
    assert_eq!(posted.code, 0, "{}", posted.out);
    reports_the_plan(&checkout.read("posted"));
    assert_eq!(checkout.run(&format!("CODE=4\n{}", step(&file, "plan", "Judge"))).code, 1);
    need("jq");
    let (file, checkout) = (parsed("gitlab-trunks.yml"), Checkout::new());
    refused(&checkout);
    let plan = checkout.run(&script(&file, "plan"));
    assert!(plan.code == 4 && plan.out.contains("slip.toml"), "{} {}", plan.code, plan.out);
    let posted: Value = serde_json::from_str(&checkout.read("posted")).unwrap();
    reports_the_plan(posted["body"].as_str().unwrap());
}

#[cfg(unix)]
#[test]
fn an_apply_that_fails_in_part_says_why() {
    let (file, checkout) = (parsed("github-trunks.yml"), Checkout::new());
    let profiles = checkout.read("profiles.toml");
    let broken = profiles.replacen("/itniotech\"", "/nothing\"", 1);
    assert_ne!(broken, profiles);
    checkout.place.write("work/profiles.toml", &broken);
    checkout.run(&step(&file, "plan-main", "Plan"));
    let applied = checkout.run(&step(&file, "apply", "Apply"));
    assert_eq!(applied.code, 12, "{}", applied.out);
    let changes: Value = serde_json::from_str(&checkout.read("changes.json")).unwrap();
    let failed = changes["changes"].as_array().unwrap().iter().find(|change| change["outcome"] == "failed");
    let why = failed.unwrap()["error"]["message"].as_str().unwrap();
    assert!(changes["summary"]["created"] != 0 && applied.out.contains(why), "{}", applied.out);
    assert!(checkout.place.state().join("applied").is_dir());
}

/// The steps after the apply also run after a failure and keep the folder for the next run.
#[test]
fn the_state_is_kept_after_a_successful_or_failed_apply() {
    let file = parsed("github-trunks.yml");
    let steps = file["jobs"]["apply"]["steps"].as_array().unwrap();
    let at = steps.iter().position(|step| step["name"] == "Apply").unwrap();
    let uses =
        |step: &Value, action: &str| step["uses"].as_str().is_some_and(|uses| uses.starts_with(action));
    for step in &steps[at + 1..] {
        assert_eq!(step["if"], "always()", "{step}");
    }
    let saved = &steps[at + 1..].iter().find(|step| uses(step, "actions/cache/save@")).unwrap()["with"];
    let kept = steps[at + 1..].iter().find(|step| uses(step, "actions/upload-artifact@")).unwrap();
    assert_eq!(kept["with"]["path"], "changes.json");
    assert_eq!(saved["path"], file["env"]["TRUNKCTL_STATE_DIR"]);
    let key = saved["key"].as_str().unwrap();
    assert!(key.contains("github.run_id") && key.contains("github.run_attempt"), "{key}");
    for job in ["plan", "apply"] {
        let steps = file["jobs"][job]["steps"].as_array().unwrap();
        let restored = &steps.iter().find(|step| uses(step, "actions/cache/restore@")).unwrap()["with"];
        assert_eq!((&restored["path"], &restored["key"]), (&saved["path"], &saved["key"]), "{job}");
        assert!(key.starts_with(restored["restore-keys"].as_str().unwrap()), "{job}");
        // No other run cancels a running apply, and a plan does not wait for other runs.
        let alone = &file["jobs"][job]["concurrency"];
        assert_eq!(alone["cancel-in-progress"] == false, job == "apply", "{job}");
    }
    assert_eq!(file["concurrency"], Value::Null);
    let pipeline = parsed("gitlab-trunks.yml");
    let (shared, own) = (&pipeline[".trunks"]["cache"], &pipeline["apply-main"]["cache"]);
    assert_eq!((&shared["policy"], &own["policy"]), (&"pull".into(), &"pull-push".into()));
    assert_eq!(own["when"], "always");
    assert_eq!(pipeline["variables"]["TRUNKCTL_STATE_DIR"], "$CI_PROJECT_DIR/.trunkctl-state");
    assert_eq!(shared["paths"][0], ".trunkctl-state/");
}

/// A pull request from a fork is given no secret: their variables are there, and empty.
#[cfg(unix)]
#[test]
fn a_plan_without_secrets_names_what_it_could_not_read() {
    let (file, mut checkout) = (parsed("github-trunks.yml"), Checkout::new());
    let profiles = checkout.read("profiles.toml").replace("sandbox-secret", "env:LAB_PBX_SECRET");
    checkout.place.write("work/profiles.toml", &profiles);
    checkout.variables.insert("LAB_PBX_SECRET", String::new());
    let plan = checkout.run(&step(&file, "plan", "Plan"));
    assert_eq!((plan.code, checkout.read("output").as_str()), (0, "code=3\n"), "{}", plan.out);
    let text = checkout.read("summary.md");
    assert!(text.contains("3 of 3 profiles could not be read"), "{text}");
}

#[cfg(unix)]
#[test]
fn the_gitlab_jobs_plan_post_and_apply_the_saved_plan() {
    need("jq");
    let (file, checkout) = (parsed("gitlab-trunks.yml"), Checkout::new());
    let script = |job: &str| script(&file, job);
    for job in ["plan", "plan-main", "apply-main"] {
        let ended = checkout.run(&script(job));
        assert_eq!(ended.code, 0, "{job}: {}", ended.out);
    }
    let posted: Value = serde_json::from_str(&checkout.read("posted")).unwrap();
    assert!(posted["body"].as_str().unwrap().starts_with("### trunkctl plan"), "{posted}");
    // The plan itself has changed the objects.
    let again = checkout.run(&script("apply-main"));
    assert_eq!(again.code, 4, "{}", again.out);
}

#[cfg(unix)]
#[test]
fn the_pods_of_the_indexed_job_apply_every_profile_once() {
    let (file, mut checkout) = (parsed("kubernetes-job.yaml"), Checkout::new());
    let container = &file["spec"]["template"]["spec"]["containers"][0];
    let script = container["args"][0].as_str().unwrap().replace("trunks.toml", "trunks");
    let pods = file["spec"]["completions"].as_u64().unwrap();
    let mut profiles = Vec::new();
    for index in 0..pods {
        checkout.variables.insert("JOB_COMPLETION_INDEX", index.to_string());
        let ended = checkout.run(&script);
        assert_eq!(ended.code, 0, "{}", ended.out);
        let lines = ended.out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut own: Vec<String> =
            lines.map(|change| change["profile"].as_str().unwrap().to_owned()).collect();
        own.dedup();
        profiles.extend(own);
    }
    profiles.sort();
    assert_eq!(profiles, ["itniotech", "yeastar", "zoom"]);
}
