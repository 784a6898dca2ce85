//! A folder of its own for each test, and the real binary run in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A path: to find a name in another PATH than its own, this process would have to be copied, which takes milliseconds.
pub const SHELL: &str = "/bin/sh";

/// A folder with a home, a state and a cache that no other test sees.
pub struct Place {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The error object on the last line of standard error, in every format except `table`.
    pub fn error(&self) -> Value {
        let line = self.err.lines().last().unwrap_or_default();
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {self:?}"));
        value["error"].clone()
    }

    /// Fails the test unless the command ended with that code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

impl Place {
    pub fn new() -> Self {
        let mut folder = tempfile::Builder::new();
        #[cfg(unix)]
        folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        Self { folder: folder.tempdir().unwrap(), variables: Vec::new() }
    }

    /// A place with a further environment variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that only its owner can read, in folders of its own, and answers its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        create_folder(path.parent().unwrap());
        std::fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path.to_string_lossy().into_owned()
    }

    /// Writes a file that can be run.
    pub fn program(&self, name: &str, text: &str) {
        set_mode(self.write(name, text), 0o700);
    }

    /// The binary, with nothing of the machine's environment but the path, in the root of the repository.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkctl"));
        command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path().join("home"));
        command.env("TRUNKCTL_STATE_DIR", self.state());
        command.env("TRUNKCTL_CACHE_DIR", self.cache());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    pub fn state(&self) -> PathBuf {
        self.path().join("state")
    }

    pub fn cache(&self) -> PathBuf {
        self.path().join("cache")
    }

    /// Runs the binary without a terminal and without input.
    pub fn run(&self, args: &[&str]) -> Ran {
        read(self.command(args).output().unwrap())
    }

    /// Runs the binary with something on standard input.
    pub fn pipe(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that never reads its input closes the pipe; that is its right.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        read(child.wait_with_output().unwrap())
    }

    /// Every file below the place except the cache, which no test asked for.
    pub fn kept(&self) -> Vec<PathBuf> {
        self.files().into_iter().filter(|path| !path.starts_with(self.cache())).collect()
    }

    /// Every file below the place, for a search.
    pub fn files(&self) -> Vec<PathBuf> {
        let (mut files, mut folders) = (Vec::new(), vec![self.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }
}

/// Creates a folder that others cannot write to, for any umask: the program refuses other folders.
pub fn create_folder(path: &Path) {
    let mut folders = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.recursive(true).create(path).unwrap();
}

/// Sets the permissions of a file, on systems with modes.
pub fn set_mode(path: impl AsRef<Path>, mode: u32) {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    #[cfg(not(unix))]
    let _ = (path, mode);
}

/// Fails the test if this machine lacks a tool for the comparison, so that no test passes without it.
#[track_caller]
pub fn need(tool: &str) {
    let found = Command::new(SHELL).args(["-c", &format!("command -v {tool}")]).output();
    assert!(found.is_ok_and(|found| found.status.success()), "install `{tool}`: this test runs it");
}

/// The command in a shell that has run a script before, which may limit what the command can use.
#[cfg(unix)]
pub fn after(script: &str, command: &Command) -> Command {
    let mut shell = Command::new(SHELL);
    shell.args(["-c", &format!("{script} && exec \"$@\""), "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(command.get_current_dir().unwrap()).stdin(Stdio::null());
    shell
}

/// How a child ended.
pub fn read(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
