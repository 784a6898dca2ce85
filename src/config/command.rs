//! Runs the command of a `cmd:` reference, and ends it with all processes that it started.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use super::Env;
use super::terminal::Terminal;

/// How long the program may take to notice a Ctrl-C that has ended its command already.
#[cfg(unix)]
const NOTICED: Duration = Duration::from_secs(1);

/// The standard output of a shell command, up to one byte more than `most`. Its standard error and its standard input
/// are the program's own, because it may ask something. With an environment given, it gets nothing but that.
///
/// Where this is dropped before it is done, the command ends, and everything that it started.
pub async fn output(command: &str, env: Option<&Env>, most: usize) -> Result<Vec<u8>, String> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut run = Command::new(shell);
    run.args([flag, command]).stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    if let Some(env) = env {
        run.env_clear().envs(env.all());
    }
    let terminal = Terminal::save();
    #[cfg(unix)]
    if terminal.is_none() {
        run.process_group(0);
    }
    let child = run.spawn().map_err(|cause| format!("cannot be run: {cause}"))?;
    let mut running = Running { child, terminal };
    let mut bytes = Vec::new();
    let broken = |cause: std::io::Error| format!("cannot be read: {cause}");
    if let Some(output) = running.child.stdout.take() {
        output.take(most as u64 + 1).read_to_end(&mut bytes).await.map_err(broken)?;
    }
    if bytes.len() > most {
        return Ok(bytes);
    }
    let status = running.child.wait().await.map_err(broken)?;
    if status.success() {
        return Ok(bytes);
    }
    #[cfg(unix)]
    if running.terminal.is_some() && is_interrupted(status) {
        // The Ctrl-C that ended it was sent to this program as well, which drops this future once it has noticed.
        tokio::time::sleep(NOTICED).await;
    }
    Err(format!("failed: the command ended with {status}").replace("status: ", "status "))
}

/// Whether Ctrl-C ended the command, or it caught that and says so, as shells do with 128 and the signal's number.
#[cfg(unix)]
fn is_interrupted(status: std::process::ExitStatus) -> bool {
    let interrupt = rustix::process::Signal::INT.as_raw();
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(interrupt)
        || status.code() == Some(128 + interrupt)
}

/// A command at work.
///
/// Without a terminal, it has a process group of its own, which is ended as a whole. On a terminal, it stays
/// in the program's group: a group of its own would be in the background, and would be stopped when it asks
/// for a passphrase. Ctrl-C reaches the whole group; for a deadline or another signal, its processes are
/// found by their parents.
struct Running {
    child: Child,
    // Put back after the command has ended.
    terminal: Option<Terminal>,
}

impl Drop for Running {
    #[cfg(unix)]
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process, kill_process_group};
        // It has no id once it was waited for: that may be another's by now.
        let id = self.child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        let Some(id) = id else { return };
        // What has ended meanwhile needs no signal.
        if self.terminal.is_none() {
            let _ = kill_process_group(id, Signal::KILL);
            return;
        }
        for id in family(id) {
            let _ = kill_process(id, Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn drop(&mut self) {
        let _ = self.child.start_kill();
    }
}

/// The process and everything below it.
#[cfg(target_os = "linux")]
fn family(first: rustix::process::Pid) -> Vec<rustix::process::Pid> {
    use rustix::process::Pid;
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes: Vec<(Pid, i32)> = entries
        .filter_map(|entry| {
            let id = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name of the program is in brackets, and may contain brackets.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((id, parent))
        })
        .collect();
    let (mut family, mut at) = (vec![first], 0);
    while let Some(parent) = family.get(at).map(|id| id.as_raw_nonzero().get()) {
        family.extend(processes.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        at += 1;
    }
    family
}

/// Without a list of processes, those below the command end with the terminal's own Ctrl-C only.
#[cfg(all(unix, not(target_os = "linux")))]
fn family(first: rustix::process::Pid) -> Vec<rustix::process::Pid> {
    vec![first]
}
