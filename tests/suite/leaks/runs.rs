//! Runs that succeed, in every format and both forms of a dry run.

use super::*;

const FORMATS: [&str; 5] = ["table", "json", "jsonl", "yaml", "csv"];

#[test]
fn a_successful_command_leaks_no_secret() {
    let server = Scripted::answering(|_, request| well(request));
    std::thread::scope(|scope| {
        for proof in [Proof::LogIn, Proof::Given] {
            let server = &server;
            scope.spawn(move || {
                let lab = Lab::new(&server.base, proof);
                for (at, job) in JOBS.iter().enumerate() {
                    let plain = FORMATS.map(|format| (format, ""));
                    // Each form of a dry run in one format, and in each format for some of the jobs.
                    let [http, curl] = [at, at + 1].map(|turn| FORMATS[turn % FORMATS.len()]);
                    for (format, dry_run) in
                        plain.into_iter().chain([(http, "--dry-run=http"), (curl, "--dry-run=curl")])
                    {
                        let ran = lab.run_only(*job, &format!("-o {format} {dry_run}")).expect(0);
                        assert!(!ran.out.is_empty(), "{job:?} {format} {dry_run}");
                    }
                    assert_eq!(sweep_files(&lab.place), [""; 0], "{job:?}");
                }
                // If no token was cached, the search would prove nothing.
                let tokens = lab
                    .place
                    .files()
                    .iter()
                    .filter(|path| {
                        path.to_string_lossy().contains("tokens")
                            && path.extension().is_some_and(|end| end == "json")
                    })
                    .count();
                assert_eq!(tokens, if proof == Proof::LogIn { 2 } else { 0 });
            });
        }
    });
    // The secrets did reach the vendor.
    let all = server.requests().concat();
    for name in ["ClientSecret", "AccessToken", "ApiKey", "TrunkPassword", "ReadPassword", "Token"] {
        assert!(all.contains(&format!("cAnary{name}")), "{name}");
    }
}

#[test]
fn a_curl_line_names_variables_and_contains_no_values() {
    let server = Scripted::answering(|_, request| well(request));
    let lab = Lab::new(&server.base, Proof::Given);
    let line = lab.run(JOBS[0], "--dry-run=curl").expect(0).out;
    assert!(line.contains("${ACCESS_TOKEN}") && line.contains("${TRUNK_PASSWORD}"), "{line}");
    let line = lab.run(JOBS[6], "--dry-run=curl").expect(0).out;
    assert!(line.contains("${API_SECRET}") && line.contains("${TRUNK_PASSWORD}"), "{line}");
}

#[test]
fn a_password_from_standard_input_or_a_command_is_not_leaked() {
    let server = Scripted::answering(|_, request| well(request));
    let lab = Lab::new(&server.base, Proof::LogIn);
    let job = ["trunk", "update", "id:7", "--kind", "register", "--password-from"];
    for (dry_run, log) in [
        ("--dry-run=http", "text"),
        ("--dry-run=curl", "text"),
        ("--quiet", "text"),
        ("--dry-run=http", "json"),
        ("--quiet", "json"),
    ] {
        let head = ["--profiles-file", &lab.profiles, "-p", "yeastar", "-vvv", "--log-format", log];
        let ran = lab.place.pipe(&[&head[..], &[dry_run], &job, &["-"]].concat(), &canary("TrunkPassword"));
        sweep(&lab.place, &ran.expect(0), "standard input");
        #[cfg(unix)]
        {
            // The text of a command may be as secret as its output.
            let command = format!("cmd:printf %s '{}'", canary("TrunkPassword"));
            let ran = lab.place.run(&[&head[..], &[dry_run], &job, &[&command]].concat());
            sweep(&lab.place, &ran.expect(0), "command");
            let failing = format!("cmd:false '{}'", canary("TrunkPassword"));
            let ran = lab.place.run(&[&head[..], &[dry_run], &job, &[&failing]].concat());
            sweep(&lab.place, &ran, "failing command");
        }
    }
}

#[test]
fn passwords_sent_to_the_sandbox_are_stored_only_in_its_state() {
    let place = Place::new().with("TRUNK_PASSWORD", &canary("TrunkPassword"));
    for format in FORMATS {
        for dry_run in ["--dry-run=http", "--dry-run=curl", "--quiet"] {
            for (vendor, job) in
                JOBS.iter().filter(|job| !job.1.contains("INPUTS") && !job.1.contains("update"))
            {
                let mut args = vec!["--sandbox", "-p", vendor, "-o", format, "-vvv", dry_run];
                args.extend(job.split_whitespace());
                let ran = place.run(&args);
                for (stream, text) in [("stdout", &ran.out), ("stderr", &ran.err)] {
                    assert_eq!(search::find(text.as_bytes()), [""; 0], "{args:?}: {stream}");
                }
            }
        }
    }
    let state = place.state().join("sandbox").join("state.json");
    let kept = std::fs::read(&state).unwrap();
    assert!(!search::find(&kept).is_empty(), "the sandbox kept no password, so this test proves nothing");
    let files = place.files();
    for path in files.iter().filter(|path| **path != state) {
        assert_eq!(search::find(&std::fs::read(path).unwrap()), [""; 0], "{}", path.display());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_child_is_started_and_no_command_line_contains_a_secret() {
    for proof in [Proof::LogIn, Proof::Given] {
        let server = Scripted::start(vec![Act::Stall]);
        let lab = Lab::new(&server.base, proof);
        let mut args = vec!["--profiles-file", &lab.profiles, "-p", "yeastar"];
        args.extend(JOBS[0].1.split_whitespace());
        let mut child = lab.place.command(&args).spawn().unwrap();
        server.wait_for(1);
        let process = std::path::PathBuf::from(format!("/proc/{}", child.id()));
        for task in std::fs::read_dir(process.join("task")).unwrap() {
            // A kernel without that file cannot list children.
            let children = std::fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
            assert_eq!(children.trim(), "");
        }
        assert_eq!(search::find(&std::fs::read(process.join("cmdline")).unwrap()), [""; 0]);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
