//! The README and the guide as scripts: their blocks, a scene to run them in, and the comparison with what they show.
//!
//! - `console`: lines that begin with `$ ` are run, what follows each is its output. `[..]` stands for any
//!   text within a line, a line `...` for any lines. A command that fails is followed by `$ echo $?`.
//!   `… &` starts a server that is up until `$ kill %1`.
//! - `sh`: a script that is run whole and succeeds; a `text` block after it is its output.
//! - `toml` with profiles: becomes the profiles file of everything below it. Without one, the profiles file is that of
//!   the guide's page on profiles.
//! - `<!-- run: COMMAND -->`: a preparation that readers do not see.
//!
//! Requests to the vendors' addresses go to a served sandbox, and the output shows the addresses that a reader would see.
//! Commands that only show profiles are run with the profiles of the page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::served::Served;
use crate::support::{Place, SHELL, need};

/// Not run inside a test: they build and test the program itself.
const OF_CARGO: &[&str] = &["cargo test --locked", "cargo install --path ."];
/// The profiles file, in the place of a scene.
const PROFILES: &str = "home/.config/trunkctl/profiles.toml";
/// How a newcomer starts the program without installing it.
const UNINSTALLED: &str = "cargo run -- ";

/// A document for users.
pub struct Page {
    /// Its path from the root of the repository.
    pub name: String,
    path: PathBuf,
}

impl Page {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), path: Path::new(env!("CARGO_MANIFEST_DIR")).join(name) }
    }

    pub fn text(&self) -> String {
        read(&self.path)
    }

    pub fn write(&self, text: &str) {
        std::fs::write(&self.path, text).unwrap();
    }

    /// The file that a relative link of this page means.
    pub fn linked(&self, link: &str) -> PathBuf {
        self.path.parent().unwrap().join(link)
    }
}

/// The README, and the pages of the guide.
pub fn pages() -> Vec<Page> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide");
    let files = std::fs::read_dir(guide).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<String> = files.map(|name| format!("src/guide/{}", name.to_string_lossy())).collect();
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    ["README.md"].into_iter().map(str::to_owned).chain(names).map(|name| Page::named(&name)).collect()
}

/// The texts of all pages.
pub fn text() -> String {
    pages().iter().map(Page::text).collect()
}

/// Whether stale outputs are rewritten.
pub fn is_update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// A fenced block.
#[derive(Debug)]
pub struct Block {
    pub language: String,
    /// The line after the opening fence, counted from 0.
    pub begin: usize,
    pub lines: Vec<String>,
}

pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in text.lines().enumerate() {
        let preparation = line.strip_prefix("<!-- run: ").and_then(|rest| rest.strip_suffix(" -->"));
        if let (Some(command), None) = (preparation, &open) {
            blocks.push(Block { language: "run".into(), begin: at, lines: vec![command.to_owned()] });
            continue;
        }
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(language), None) => {
                open = Some(Block { language: language.to_owned(), begin: at + 1, lines: Vec::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// A command of a `console` block and its output.
pub struct Step {
    pub command: Vec<String>,
    pub shown: Vec<String>,
}

pub fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in &block.lines {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => {
                steps.push(Step { command: vec![command.to_owned()], shown: Vec::new() });
            }
            (None, Some(step)) if is_open(&step.command) => {
                step.command.push(line.clone());
            }
            (None, Some(step)) => step.shown.push(line.clone()),
            (None, None) => panic!("line {}: a console block begins with `$ `", block.begin + 1),
        }
    }
    steps
}

/// Whether a command continues on the next line: after a backslash, or inside single quotes.
fn is_open(command: &[String]) -> bool {
    let quotes = command.iter().map(|line| line.matches('\'').count()).sum::<usize>();
    quotes % 2 == 1 || command.last().is_some_and(|line| line.ends_with('\\'))
}

/// The prose and the commands of a page, without the output of the commands.
pub fn prose(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for block in
        blocks(text).iter().rev().filter(|block| ["console", "text"].contains(&block.language.as_str()))
    {
        let commands: Vec<String> = match block.language.as_str() {
            "console" => steps(block).into_iter().flat_map(|step| step.command).collect(),
            _ => Vec::new(),
        };
        let end = block.begin + block.lines.len();
        let kept: Vec<&str> = lines[block.begin..end]
            .iter()
            .copied()
            .filter(|line| commands.iter().any(|own| line.strip_prefix("$ ").unwrap_or(line) == own))
            .collect();
        lines.splice(block.begin..end, kept);
    }
    lines.join("\n")
}

/// Where the commands of a page are run: a home, a working folder with the examples, and a served sandbox.
pub struct Scene {
    place: Place,
    served: Served,
    variables: BTreeMap<String, String>,
    code: i32,
    /// Lines of the shown profiles, each with the line that replaces it here.
    replaced: Vec<(String, String)>,
    /// The port of the server that the page starts; 0 until it is known.
    port: u16,
    /// The port of the SIP server that the page starts; no process listens there before.
    sip_port: u16,
    started: Option<Child>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The hosts of the shown profiles.
const HOSTS: [(&str, &str); 2] = [("lab-pbx", "192.0.2.10:8088"), ("meetings", "api.zoom.us")];

impl Scene {
    pub fn new() -> Self {
        let (place, served) = (Place::new(), Served::start());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        place.write("work/profiles.example.toml", &read(&root.join("profiles.example.toml")));
        for file in examples() {
            place.write(&format!("work/{file}"), &read(&root.join(&file)));
        }
        // The password store of the shown profiles.
        place.program("bin/pass", "#!/bin/sh\n[ \"$*\" = 'show zoom' ] && echo sandbox-secret\n");
        let program = Path::new(env!("CARGO_BIN_EXE_trunkctl")).parent().unwrap().display().to_string();
        let system = std::env::var("PATH").unwrap();
        let bin = place.path().join("bin").display().to_string();
        let home = place.path().join("home").display().to_string();
        let variables = [
            ("PATH", format!("{bin}:{program}:{system}")),
            ("HOME", home),
            ("LAB_PBX_SECRET", "sandbox-secret".into()),
            ("ITNIOTECH_KEY", "sandbox-key".into()),
            ("PBX_CLIENT_ID", "sandbox".into()),
            ("PBX_CLIENT_SECRET", "sandbox-secret".into()),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        // Below the ephemeral ports of the system, so no other process takes it meanwhile.
        let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
        let is_free = |port: &u16| std::net::UdpSocket::bind(("127.0.0.1", *port)).is_ok();
        let sip_port = (first..first + 1000).find(is_free).unwrap();
        let mut scene = Self {
            place,
            served,
            variables,
            code: 0,
            replaced: Vec::new(),
            port: 0,
            sip_port,
            started: None,
        };
        scene.place.write("home/.config/trunkctl/lab-pbx.pem", super::CERTIFICATE);
        scene.place.write("home/.config/trunkctl/secrets/itniotech", "sandbox-secret\n");
        let text = Page::named("src/guide/profiles.md").text();
        scene.profiles(blocks(&text).iter().find(|block| block.language == "toml").unwrap());
        scene
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        self.place.write(name, text)
    }

    /// The shown addresses, each with the served one.
    fn addresses(&self) -> [(&'static str, String); 6] {
        let at = |path: &str| format!("{}/{path}", self.served.base);
        [
            ("https://192.0.2.10:8088", at("yeastar")),
            ("https://api.itniotech.com", at("itniotech")),
            ("https://api.zoom.us/v2", at("zoom/v2")),
            ("https://zoom.us/oauth/token", at("zoom/oauth/token")),
            ("127.0.0.1:50600", format!("127.0.0.1:{}", self.sip_port)),
            ("127.0.0.1:8099", format!("127.0.0.1:{}", self.port)),
        ]
    }

    fn served(&self, text: &str) -> String {
        let text = text.replace("--port 50600", &format!("--port {}", self.sip_port));
        self.addresses().iter().fold(text, |text, (shown, real)| text.replace(shown, real))
    }

    /// Makes a block of profiles the profiles file, its accounts those of the sandbox.
    pub fn profiles(&mut self, block: &Block) {
        let [_, itniotech, zoom, token, ..] = self.addresses().map(|(_, real)| real);
        let served = |line: &String| match (line.split(" = ").next().unwrap_or_default(), line.as_str()) {
            ("client_id", _) => "client_id = \"sandbox\"".to_owned(),
            ("account_id", _) => "account_id = \"sandbox-account\"".to_owned(),
            (_, "vendor = \"itniotech\"") => format!("{line}\nbase_url = \"{itniotech}\""),
            (_, "vendor = \"zoom\"") => format!("{line}\nbase_url = \"{zoom}\"\ntoken_url = \"{token}\""),
            _ => self.served(line),
        };
        self.replaced = block.lines.iter().map(|line| (line.clone(), served(line))).collect();
        let text: String = self.replaced.iter().map(|(_, served)| format!("{served}\n")).collect();
        self.place.write(PROFILES, &text);
    }

    /// Runs a command that asks no vendor, with the profiles as a reader has them.
    fn run_with_own_profiles(&mut self, command: &str) -> String {
        let served = read(&self.place.path().join(PROFILES));
        let own = self.replaced.iter().fold(served.clone(), |text, (own, served)| text.replace(served, own));
        self.place.write(PROFILES, &own);
        let output = self.run(command);
        self.place.write(PROFILES, &served);
        output
    }

    /// Runs a script, and answers its two streams in one, as a terminal shows them.
    pub fn run(&mut self, script: &str) -> String {
        let script = self.served(&script.replace(UNINSTALLED, "trunkctl "));
        let file = self.place.write("script", &format!("exec 2>&1\n{script}\n"));
        let shell = |args: &[&str]| {
            let mut command = Command::new(SHELL);
            command.args(args).current_dir(self.place.path().join("work"));
            command.env_clear().envs(&self.variables).stdin(Stdio::null());
            command.output().unwrap()
        };
        for tool in ["flock", "jq"].into_iter().filter(|tool| script.contains(&format!("{tool} -"))) {
            need(tool);
        }
        let checked = shell(&["-n", &file]);
        assert!(checked.status.success(), "{script}\n{}", String::from_utf8_lossy(&checked.stderr));
        let output = shell(&[&file]);
        self.code = output.status.code().unwrap_or(-1);
        let text = String::from_utf8(output.stdout).unwrap();
        let text = text.replace(self.variables["HOME"].as_str(), "/home/you");
        // The address that is shown in place of this machine's would not keep off a proxy.
        let text = text.replace("--noproxy '*' ", "");
        let text = text.lines().map(|line| without_second(line) + "\n").collect::<String>();
        let text =
            self.addresses().iter().fold(text, |text, (shown, real)| text.replace(real.as_str(), shown));
        // A question names the host of its profile.
        let host = self.served.base.trim_start_matches("http://");
        HOSTS.iter().fold(text, |text, (profile, shown)| {
            text.replace(&format!("`{profile}` ({host})"), &format!("`{profile}` ({shown})"))
        })
    }

    pub fn code(&self) -> i32 {
        self.code
    }

    /// Starts the server in the background, and waits until it prints its address.
    fn start(&mut self, command: &str) {
        let script = self.served(command);
        // Of the last server.
        let _ = std::fs::remove_file(self.place.path().join("work/sandbox.log"));
        let mut command = Command::new(SHELL);
        command.args(["-c", &format!("exec {script}")]).current_dir(self.place.path().join("work"));
        command.env_clear().envs(&self.variables).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        self.port = loop {
            let log = std::fs::read_to_string(self.place.path().join("work/sandbox.log")).unwrap_or_default();
            let base = log.split("http://127.0.0.1:").nth(1).and_then(|rest| rest.split_once('/'));
            if let Some((port, _)) = base {
                break port.parse().unwrap();
            }
            assert!(child.try_wait().unwrap().is_none(), "{script} has ended: {log}");
            assert!(Instant::now() < end, "{script} never listens");
            std::thread::sleep(Duration::from_millis(10));
        };
        self.started = Some(child);
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.started.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Runs a command of a `console` block, in which variables and the last exit code persist.
    fn step(&mut self, command: &str) -> String {
        let set = command.strip_prefix("export ").and_then(|pair| pair.split_once('='));
        if let Some((name, value)) = set {
            let value = self.served(value);
            self.set(name, &value);
            return String::new();
        }
        if let Some(names) = command.strip_prefix("unset ") {
            self.variables.retain(|name, _| !names.split(' ').any(|gone| gone == name));
            return String::new();
        }
        if let Some(command) = command.strip_suffix(" &") {
            self.start(command);
            return String::new();
        }
        if command == "kill %1" {
            assert!(self.started.is_some(), "nothing was started");
            self.stop();
            return String::new();
        }
        if command == "echo $?" {
            return format!("{}\n", std::mem::take(&mut self.code));
        }
        if ["profile list", "profile show"].iter().any(|words| command.contains(words)) {
            return self.run_with_own_profiles(command);
        }
        self.run(command)
    }

    /// Runs a block. If its output differs, returns what it should show, by the line of the block.
    pub fn play(&mut self, block: &Block, next: Option<&Block>) -> Vec<(usize, usize, Vec<String>)> {
        let mut stale = Vec::new();
        match block.language.as_str() {
            "console" => {
                let mut at = block.begin;
                let steps = steps(block);
                for (index, step) in steps.iter().enumerate() {
                    let command = step.command.join("\n");
                    let output = lines(&self.step(&command));
                    let asked = steps.get(index + 1).is_some_and(|next| next.command == ["echo $?"]);
                    assert!(self.code == 0 || asked, "{command}\nends with {}:\n{output:#?}", self.code);
                    at += step.command.len();
                    if !same(&step.shown, &output) {
                        stale.push((at, step.shown.len(), output));
                    }
                    at += step.shown.len();
                }
            }
            "run" => {
                let output = self.run(&block.lines[0]);
                assert_eq!(self.code, 0, "{}\n{output}", block.lines[0]);
            }
            "sh" if !OF_CARGO.contains(&block.lines.join("\n").as_str()) => {
                let script = block.lines.join("\n");
                let output = lines(&self.run(&script));
                assert_eq!(self.code, 0, "{script}\n{output:#?}");
                if let Some(shown) = next.filter(|next| next.language == "text")
                    && !same(&shown.lines, &output)
                {
                    stale.push((shown.begin, shown.lines.len(), output));
                }
            }
            "toml" => self.profiles(block),
            _ => {}
        }
        stale
    }
}

/// The files below `examples`, with their paths from the root.
pub fn examples() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root.join("examples")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            files.push(path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"));
        }
    }
    files.sort();
    files
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn lines(text: &str) -> Vec<String> {
    text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Two clocks that agree may still be read in different seconds.
fn without_second(line: &str) -> String {
    let own = line.strip_prefix("clock_skew_seconds  ").and_then(|skew| skew.parse::<i64>().ok());
    match own {
        Some(-2..=2) => "clock_skew_seconds  0".to_owned(),
        _ => line.to_owned(),
    }
}

/// Whether the output matches the shown text with its wildcards.
fn same(shown: &[String], real: &[String]) -> bool {
    match (shown.split_first(), real.split_first()) {
        (None, None) => true,
        (Some((line, rest)), _) if line == "..." => (0..=real.len()).any(|skip| same(rest, &real[skip..])),
        (Some((line, rest)), Some((own, others))) => fits(line, own) && same(rest, others),
        _ => false,
    }
}

fn fits(shown: &str, real: &str) -> bool {
    match shown.split_once("[..]") {
        None => shown == real,
        Some((head, tail)) => real.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|rest| fits(tail, rest)))
        }),
    }
}

#[test]
fn wildcards_match_only_what_varies() {
    let list = |text: &str| lines(text);
    for (shown, real, expected) in [
        ("a\nb", "a\nb\n", true),
        ("a", "a\nb", false),
        ("a [..] c", "a anything c", true),
        ("a [..] c", "a anything d", false),
        ("[..]", "", false),
        ("a\n...\nd", "a\nb\nc\nd", true),
        ("a\n...\nd", "a\nb\nc", false),
        ("...", "", true),
    ] {
        assert_eq!(same(&list(shown), &list(real)), expected, "{shown:?} {real:?}");
    }
}
