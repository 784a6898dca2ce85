//! The edge of the program: takes arguments and streams, and returns the exit code.

mod codes;
mod pager;

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::pin::pin;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, Weak, mpsc};
use std::time::Duration;

use anyhow::Context as _;
use clap::FromArgMatches;
use clap::builder::Resettable;
use clap::error::{ContextKind, ErrorKind};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::MakeWriterExt;

use crate::cli::recorded::recorded;
use crate::cli::{Cli, Color, Globals, LogFormat};
use crate::commands;
use crate::commands::complete;
use crate::config::Env;
use crate::config::terminal as saved;
use crate::context::{Answer, Context, Options, People, Reply, Typed, interrupts};
use crate::engine::cancel::Signal;
use crate::engine::redact::Redactor;
use crate::input::waiting;
use crate::model::diagnostics::Diagnostics;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::{Format, Report};
use crate::model::text::{printable, shell_word};
use crate::output::{self, Console, Shown, Terminal};

/// Runs the program.
pub fn main(args: Vec<OsString>, variables: impl Iterator<Item = (OsString, OsString)>) -> ExitCode {
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    let env = Env::new(variables.filter_map(text));
    if let (Some(shell), Some("--")) =
        (env.get(complete::VARIABLE), args.get(1).and_then(|word| word.to_str()))
    {
        let _ = io::stdout().write_all(&complete::candidates(shell, args[2..].to_vec(), &env));
        return ExitCode::SUCCESS;
    }
    // Only an error and a help text need whole help texts.
    let whole = || {
        let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
        command(commands::tree_for(&words), &args).try_get_matches_from(&args)
    };
    let matches = match args.iter().any(|word| word == "--help" || word == "-h") {
        true => whole(),
        false => command(commands::parser(), &args).try_get_matches_from(&args).or_else(|refusal| {
            match refusal.kind() {
                ErrorKind::DisplayVersion => Err(refusal),
                _ => whole(),
            }
        }),
    };
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(refusal) => return refused(refusal, &args, &env),
    };
    let (format, terminal) = (cli.globals.output, terminal(cli.globals.color, &env));
    let painted = color(cli.globals.color, &env, io::stderr().is_terminal());
    let redactor = Redactor::default();
    start_log(&cli, &env, &redactor);
    let (done, ended) = mpsc::channel();
    let done = Arc::new(done);
    // The sandbox commands handle Ctrl-C themselves.
    let own = matches!(cli.command, crate::cli::Command::Sandbox { .. });
    let ctrl_c = (!own).then(|| watch(Arc::downgrade(&done), format, painted));
    let words = recorded(args.iter().map(|word| word.to_string_lossy().into_owned()));
    // On a separate thread, so that the program can exit while that thread waits for input.
    std::thread::spawn(move || {
        let code = match run(&cli, words, env, redactor.clone(), terminal, painted, ctrl_c) {
            Ok(code) => code,
            Err(error) => fail(&redactor.scrub_error(downcast(error)), format, painted),
        };
        let _ = done.send(code);
    });
    ended.recv().unwrap_or(ExitCode::from(PANICKED))
}

/// The exit code of a Rust program after a panic.
const PANICKED: u8 = 101;

fn run(
    cli: &Cli,
    words: Vec<String>,
    env: Env,
    redactor: Redactor,
    terminal: Terminal,
    painted: bool,
    ctrl_c: Option<Presses>,
) -> anyhow::Result<ExitCode> {
    let format = cli.globals.output;
    let known = redactor.clone();
    // Rows that stream to the same terminal already show the progress.
    let streams = format == Format::Jsonl && io::stdout().is_terminal();
    let progress = match (io::stderr().is_terminal(), streams) {
        (true, false) => Shown::Bar,
        (true, true) => Shown::Nothing,
        (false, _) => Shown::Lines,
    };
    let scrub = Box::new(move |text: &str| known.scrub(text));
    let diagnostics = Arc::new(Console::new(cli.globals.quiet, progress, scrub));
    let buffered = RefCell::new(Some(Vec::new()));
    let (known, console) = (redactor.clone(), Arc::clone(&diagnostics));
    let printer = Rc::new(Printer { redactor: known, diagnostics: console, format, terminal, buffered });
    let publish = {
        let printer = Rc::clone(&printer);
        move |report: &mut Report| printer.print(report)
    };
    let people = People { ask: Box::new(ask), text: Box::new(ask_text), secret: Box::new(ask_secret) };
    let context = Context::new(
        options(&cli.globals),
        env,
        redactor.clone(),
        diagnostics,
        people,
        Box::new(publish),
        words,
    );
    // The command runs on this thread, and its connections on another, so that a request is sent while the next is
    // prepared.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot start")?;
    let result = runtime.block_on(async {
        let result = interruptible(commands::run(cli, &context), &context, ctrl_c).await;
        let closed = context.close().await;
        result.and_then(|report| closed.map(|()| report))
    });
    // Do not wait for a prompt that was interrupted.
    runtime.shutdown_background();
    let mut report = result?;
    match (&cli.command, &report) {
        (crate::cli::Command::Help { .. }, Report::Text(page))
            if terminal.width.is_some() && pager::show(page) => {}
        _ => {
            printer.print(&mut report)?;
        }
    }
    for error in codes::reported(&report, format) {
        fail(&error, format, painted);
    }
    if context.cancellation.is_asked() {
        return Ok(fail(&interrupts::ended(&report), format, painted));
    }
    Ok(ExitCode::from(codes::of(&report)))
}

/// The global options, except those that only this module needs.
fn options(globals: &Globals) -> Options {
    Options {
        profile: globals.profile.clone(),
        profiles_file: globals.profiles_file.clone(),
        output: globals.output,
        dry_run: globals.dry_run,
        timeout: globals.timeout,
        deadline: globals.deadline,
        retries: globals.retries,
        sandbox: globals.sandbox,
        no_journal: globals.no_journal,
        log_out: globals.log_out,
        yes: globals.yes,
    }
}

/// Receives each Ctrl-C.
type Presses = tokio::sync::mpsc::UnboundedReceiver<Signal>;

/// Reports each Ctrl-C. A separate thread watches for it, and ends the program itself while the command waits for input.
fn watch(done: Weak<mpsc::Sender<ExitCode>>, format: Format, painted: bool) -> Presses {
    let (sender, presses) = tokio::sync::mpsc::unbounded_channel();
    let (ready, listening) = mpsc::channel();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let waited = runtime.block_on(async {
            let Ok(mut signals) = Signals::catch() else { return false };
            drop(ready);
            let mut pressed = false;
            loop {
                tokio::select! {
                    signal = signals.next() => {
                        if sender.send(signal).is_err() {
                            return false;
                        }
                        pressed = true;
                    }
                    // The receiver ends the program, except while the command waits for input.
                    () = tokio::time::sleep(Duration::from_millis(20)), if pressed => {
                        if waiting::is_waiting() {
                            return true;
                        }
                    }
                }
            }
        });
        if let Some(done) = done.upgrade().filter(|_| waited) {
            let _ = done.send(fail(&interrupts::interrupted(&[]), format, painted));
        }
    });
    // Start only once Ctrl-C is caught: an uncaught signal kills the program without a message.
    let _: Result<(), mpsc::RecvError> = listening.recv();
    presses
}

/// The signals that end a program. One catcher lives as long as the program, because a signal that arrives between two
/// catchers would be lost.
struct Signals {
    #[cfg(unix)]
    ctrl_c: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    ctrl_c: tokio::signal::windows::CtrlC,
}

impl Signals {
    fn catch() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { ctrl_c: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
        }
        #[cfg(windows)]
        Ok(Self { ctrl_c: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for Ctrl-C, or for the signal with which a service manager ends a program.
    async fn next(&mut self) -> Signal {
        #[cfg(unix)]
        tokio::select! {
            _ = self.ctrl_c.recv() => Signal::CtrlC,
            _ = self.terminate.recv() => Signal::Terminate,
        }
        #[cfg(windows)]
        {
            self.ctrl_c.recv().await;
            Signal::CtrlC
        }
    }
}

/// How long a command may take to report its changes after a second Ctrl-C, when it no longer waits for answers.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Runs a command until Ctrl-C. A command that has started a write may finish it and report it, but starts nothing
/// new. After a second Ctrl-C, it no longer waits for answers, and reports what it knows.
async fn interruptible(
    command: impl Future<Output = Result<Report>>,
    context: &Context,
    mut ctrl_c: Option<Presses>,
) -> Result<Report> {
    let (mut command, stop) = (pin!(command), &context.cancellation);
    let mut last_words = pin!(async {
        stop.cut_off().await;
        tokio::time::sleep(LAST_WORDS).await;
    });
    loop {
        tokio::select! {
            // In this order, so that Ctrl-C is noticed before the next step starts.
            biased;
            signal = pressed(&mut ctrl_c) => {
                if stop.ignores(signal) {
                    continue;
                }
                if stop.is_asked() {
                    stop.cut();
                } else if !stop.is_awaited() {
                    return Err(interrupts::interrupted(&[]));
                } else {
                    stop.ask();
                    context.diagnostics.note(signal.noted());
                }
            }
            result = &mut command => {
                return result.map_err(|error| if stop.is_asked() { interrupts::failed(&error) } else { error });
            }
            () = &mut last_words => return Err(interrupts::interrupted(&stop.writes())),
        }
    }
}

/// Waits for the next Ctrl-C; without a receiver, forever.
async fn pressed(ctrl_c: &mut Option<Presses>) -> Signal {
    if let Some(presses) = ctrl_c
        && let Some(signal) = presses.recv().await
    {
        return signal;
    }
    std::future::pending().await
}

/// How many bytes of a list are buffered until it is complete, so that an error leaves nothing on standard output.
/// A longer list is streamed.
const HELD_BACK: usize = 8 << 20;

/// Prints to standard output.
struct Printer {
    redactor: Redactor,
    diagnostics: Arc<Console>,
    format: Format,
    terminal: Terminal,
    /// The buffered part of a list; none once it is streamed.
    buffered: RefCell<Option<Vec<u8>>>,
}

impl Printer {
    /// Prints a report, with known secrets masked. Returns whether the reader still reads: it may have closed the pipe.
    fn print(&self, report: &mut Report) -> Result<bool> {
        self.redactor.scrub_report(report);
        if self.format == Format::Table {
            let columns = output::narrow(report, self.terminal);
            let remedy = match report {
                Report::Listing(_) | Report::Partial(..) => "choose columns with --columns, or use -o csv",
                _ => "-o csv shows every column",
            };
            self.note_left_out(&columns, remedy);
        }
        let report = &*report;
        let Report::Part { last, .. } = report else {
            return print(report, |out| output::report(out, report, self.format, self.terminal));
        };
        let mut buffered = self.buffered.borrow_mut();
        if let Some(bytes) = buffered.as_mut().filter(|_| self.format != Format::Jsonl) {
            // Reserve all at once, because growing would need it twice. The system provides it only when it is used.
            bytes.reserve((HELD_BACK + HELD_BACK / 4).saturating_sub(bytes.len()));
            // Writing to memory does not fail.
            let _ = output::report(bytes, report, self.format, self.terminal);
            if !last && bytes.len() < HELD_BACK {
                return Ok(true);
            }
            let bytes = buffered.take().unwrap_or_default();
            return print(report, |out| out.write_all(&bytes).and_then(|()| out.flush()));
        }
        print(report, |out| output::report(out, report, self.format, self.terminal))
    }

    fn note_left_out(&self, columns: &[String], remedy: &str) {
        if !columns.is_empty() {
            let columns = columns.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>().join(", ");
            self.diagnostics.note(&format!("the terminal is too narrow for {columns}; {remedy}"));
        }
    }
}

fn print(report: &Report, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<bool> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(cause) => {
            let error = Error::new(Kind::Internal, format!("standard output cannot be written: {cause}"));
            Err(match report {
                Report::Change(_) | Report::Changes(_) => error.hint(
                    "the command itself ran to its end: check the state at the vendor before you repeat it",
                ),
                _ => error,
            })
        }
    }
}

fn fail(error: &Error, format: Format, color: bool) -> ExitCode {
    // If standard error is closed, the exit code still reports the failure.
    let _ = output::error(&mut io::stderr().lock(), error, format, color);
    ExitCode::from(error.kind.exit_code())
}

fn downcast(error: anyhow::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|other| Error::new(Kind::Internal, format!("{other:#}")))
}

/// clap's own output: help and version on standard output, a refusal as the error `usage`.
fn refused(mut refusal: clap::Error, args: &[OsString], env: &Env) -> ExitCode {
    let format = asked_format(args, env);
    let from = variable(&refusal, args, env)
        .map(|name| format!("the value comes from the environment variable {name}"));
    let verb = of_trunk(&refusal);
    if verb.is_some() {
        // Other words that only look like it.
        refusal.remove(ContextKind::SuggestedSubcommand);
    }
    let tip = from.or_else(|| manifest(&refusal)).or(verb);
    if !refusal.use_stderr() || format.is_for_people() {
        let _ = refusal.print();
        if let Some(tip) = tip {
            let _ = writeln!(io::stderr(), "hint: {tip}");
        }
        return ExitCode::from(if refusal.use_stderr() { Kind::Usage.exit_code() } else { 0 });
    }
    let text = refusal.render().to_string();
    // The first paragraph is the error; tips follow on their own lines.
    let paragraph: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let usage = || text.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap_or_default();
    let message = match refusal.kind() {
        // The text is the whole help, or a list of all commands.
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            format!("a command is missing: {}", usage())
        }
        _ => paragraph.join(" "),
    };
    let tips = text.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let tips: Vec<&str> = tips.chain(tip.as_deref()).collect();
    let hint = match tips.as_slice() {
        [] => "add --help to the command to see its options".to_owned(),
        tips => tips.join("; "),
    };
    let error = Error::new(Kind::Usage, message.trim_start_matches("error: ")).hint(hint);
    fail(&error, format, false)
}

/// The command line's grammar. An empty variable counts as unset. A variable whose flag is given is ignored, so that
/// the flag can override an invalid value.
fn command(tree: clap::Command, args: &[OsString]) -> clap::Command {
    tree.long_version(commands::LONG_VERSION).mut_args(|arg| {
        let given = arg.get_long().is_some_and(|long| is_given(args, long, arg.get_short()));
        match arg.get_env().and_then(std::env::var_os) {
            Some(value) if given || value.is_empty() => arg.env(Resettable::Reset),
            _ => arg,
        }
    })
}

fn is_given(args: &[OsString], long: &str, short: Option<char>) -> bool {
    args.iter().filter_map(|word| word.to_str()).any(|word| match word.strip_prefix("--") {
        Some(word) => word.split('=').next() == Some(long),
        None => short.is_some_and(|short| word.strip_prefix('-').is_some_and(|word| word.starts_with(short))),
    })
}

/// The variable that a refused value came from.
fn variable(refusal: &clap::Error, args: &[OsString], env: &Env) -> Option<String> {
    let flag = refusal.get(ContextKind::InvalidArg)?.to_string();
    let flag = flag.split([' ', '=', '[']).next()?.strip_prefix("--")?.to_owned();
    let name = format!("TRUNKCTL_{}", flag.replace('-', "_").to_uppercase());
    let command = command(commands::parser(), args);
    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(flag.as_str()))?;
    (arg.get_env()? == name.as_str() && env.get(&name).is_some()).then_some(name)
}

/// A hint for a verb without its noun, which is mostly about trunks.
fn of_trunk(refusal: &clap::Error) -> Option<String> {
    let word = refusal.get(ContextKind::InvalidSubcommand)?.to_string();
    let tree = commands::parser();
    let is_root = refusal.get(ContextKind::Usage)?.to_string().contains("Usage: trunkctl <COMMAND>");
    let is_verb = tree.find_subcommand("trunk")?.find_subcommand(&word).is_some();
    (is_root && is_verb).then(|| format!("did you mean `trunkctl trunk {word}`?"))
}

/// A hint for `plan` with a bare word.
fn manifest(refusal: &clap::Error) -> Option<String> {
    let word = refusal.get(ContextKind::InvalidArg)?.to_string();
    let is_of_plan = refusal.get(ContextKind::Usage)?.to_string().contains("trunkctl plan");
    let is_bare = refusal.kind() == ErrorKind::UnknownArgument && !word.starts_with('-');
    (is_of_plan && is_bare)
        .then(|| format!("give the manifest with -f, for example -f {}", shell_word(&printable(&word))))
}

/// The output format of a command line that could not be parsed.
fn asked_format(args: &[OsString], env: &Env) -> Format {
    let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
    let flag = words.iter().enumerate().find_map(|(at, word)| {
        let next = || words.get(at + 1).copied();
        match *word {
            "-o" | "--output" => next(),
            _ => word.strip_prefix("--output=").or_else(|| word.strip_prefix("-o")),
        }
    });
    let text = flag.or_else(|| env.get("TRUNKCTL_OUTPUT")).unwrap_or("table");
    clap::ValueEnum::from_str(text, true).unwrap_or(Format::Table)
}

fn terminal(choice: Color, env: &Env) -> Terminal {
    let tty = io::stdout().is_terminal();
    let width = comfy_table::Table::new().width().filter(|_| tty);
    Terminal { width, color: color(choice, env, tty) }
}

/// Whether to use colours on a stream: decided by the flag, then NO_COLOR, then CLICOLOR_FORCE, then the stream.
fn color(choice: Color, env: &Env, tty: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let forced = env.get("CLICOLOR_FORCE").is_some_and(|value| value != "0");
            env.get("NO_COLOR").is_none() && (tty || forced)
        }
    }
}

/// Prompts for a text without echoing it. The terminal's echo is restored in any case.
fn ask_secret(question: &str, unseen: bool) -> Option<Typed> {
    if !io::stdin().is_terminal() || !(unseen || io::stderr().is_terminal()) {
        return None;
    }
    let before = saved::Terminal::save();
    let _ = write!(io::stderr(), "{question} ");
    let typed = tokio::task::spawn_blocking(rpassword::read_password);
    Some(Box::pin(async move {
        let typed = typed.await.ok()?;
        if typed.as_ref().is_err_and(|cause| cause.kind() == io::ErrorKind::Interrupted) {
            // Ctrl-C was typed; its signal ends the program.
            std::future::pending::<()>().await;
        }
        drop(before);
        typed.ok()
    }))
}

/// Prompts for a text on the terminal.
fn ask_text(question: &str) -> Reply {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Reply::NoTerminal;
    }
    let _ = write!(io::stderr(), "{question} ");
    let mut answer = String::new();
    match waiting::waiting(|| io::stdin().read_line(&mut answer)) {
        Ok(1..) => Reply::Text(answer.trim().to_owned()),
        _ => ended(),
    }
}

/// The input ended at a prompt; moves the cursor to a new line.
fn ended() -> Reply {
    let _ = writeln!(io::stderr());
    Reply::Ended
}

/// Asks yes or no on the terminal; none if there is no terminal. The answer is read on a separate thread, because a
/// blocked thread does not notice Ctrl-C.
fn ask(question: &str) -> Answer {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Box::pin(std::future::ready(None));
    }
    let _ = write!(io::stderr(), "{question} [y/N] ");
    let read = || {
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    };
    Box::pin(async move { tokio::task::spawn_blocking(read).await.ok().flatten() })
}

/// Writes log lines to standard error, through the redactor.
fn start_log(cli: &Cli, env: &Env, redactor: &Redactor) {
    let level = match (cli.globals.verbose, env.get("TRUNKCTL_LOG")) {
        (0, Some(name)) => name.parse().unwrap_or(tracing::Level::WARN),
        (0, None) => tracing::Level::WARN,
        (1, _) => tracing::Level::INFO,
        (2, _) => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let writer = Scrubbed(redactor.clone()).with_filter(|event| event.target().starts_with("trunkctl"));
    let log = tracing_subscriber::fmt().with_max_level(level).with_target(false).with_ansi(false);
    let _ = match cli.globals.log_format {
        LogFormat::Text => log.without_time().with_writer(writer).try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_writer(writer).try_init(),
    };
}

struct Scrubbed(Redactor);

impl Write for Scrubbed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = self.0.scrub(&String::from_utf8_lossy(bytes));
        let lines: Vec<String> = text.split('\n').map(printable).collect();
        // A log that cannot be written is not a failure.
        let _ = io::stderr().write_all(lines.join("\n").as_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for Scrubbed {
    type Writer = Scrubbed;
    fn make_writer(&'a self) -> Scrubbed {
        Scrubbed(self.0.clone())
    }
}
