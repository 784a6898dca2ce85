//! The pipelines in `examples/ci` do what they say: their scripts run as they stand, against a served sandbox.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::served::{Served, profiles};
use crate::support::{Place, need};

/// A folder as a pipeline's checkout has it, and the variables of its runner.
struct Checkout {
    place: Place,
    _served: Served,
    variables: BTreeMap<&'static str, String>,
}

/// What a script ended with, and what was posted by it.
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
        // What posts keeps what it was given, and takes nothing that is empty.
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
        let output = Command::new("sh")
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

/// What a step of the workflow runs.
fn step(file: &Value, job: &str, name: &str) -> String {
    let steps = file["jobs"][job]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == name).unwrap();
    step["run"].as_str().unwrap().to_owned()
}

/// What a job of the pipeline runs.
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
fn the_workflow_plans_posts_applies_and_then_has_nothing_to_do() {
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

#[cfg(unix)]
#[test]
fn a_refused_manifest_is_posted_with_its_error_and_fails_the_job() {
    let refused = |checkout: &Checkout| {
        checkout.place.write("work/trunks/slip.toml", "[[trunk]]\nprofile = \"yeastar\"\nnmae = \"a\"\n");
    };
    let is_told = |posted: &str| {
        let as_it_is = posted.starts_with("### trunkctl plan\n\n    error: ");
        assert!(as_it_is && posted.contains("slip.toml, line 3"), "{posted}");
        assert!(posted.contains("did you mean `name`?"), "{posted}");
    };
    let (file, checkout) = (parsed("github-trunks.yml"), Checkout::new());
    refused(&checkout);
    let plan = checkout.run(&step(&file, "plan", "Plan"));
    assert!(plan.code == 0 && plan.out.contains("slip.toml"), "{}", plan.out);
    assert_eq!(checkout.read("output"), "code=4\n");
    is_told(&checkout.read("summary.md"));
    let post = format!("NUMBER=7\n{}", step(&file, "plan", "Post the plan"));
    let posted = checkout.run(&post);
    assert_eq!(posted.code, 0, "{}", posted.out);
    is_told(&checkout.read("posted"));
    assert_eq!(checkout.run(&format!("CODE=4\n{}", step(&file, "plan", "Judge"))).code, 1);
    need("jq");
    let (file, checkout) = (parsed("gitlab-trunks.yml"), Checkout::new());
    refused(&checkout);
    let plan = checkout.run(&script(&file, "plan"));
    assert!(plan.code == 4 && plan.out.contains("slip.toml"), "{} {}", plan.code, plan.out);
    let posted: Value = serde_json::from_str(&checkout.read("posted")).unwrap();
    is_told(posted["body"].as_str().unwrap());
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

/// Whatever comes after the apply is done after a failure too, and keeps the folder that the next run begins with.
#[test]
fn what_an_apply_leaves_behind_is_kept_whatever_became_of_it() {
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
        // No other run cancels what is under way, and a plan waits for nobody.
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
fn a_plan_without_secrets_says_what_it_could_not_read() {
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
    // The world has moved: by the plan itself.
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
