//! The edge of the program: arguments and streams in, exit code out.

mod codes;

use std::cell::RefCell;
use std::ffi::OsString;
use std::future::poll_fn;
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
use crate::cli::{Cli, Color, Globals};
use crate::commands;
use crate::config::Env;
use crate::config::terminal as saved;
use crate::context::{Answer, Context, Options, People, Reply, Typed, interrupts};
use crate::engine::cancel::Signal;
use crate::engine::redact::Redactor;
use crate::input::waiting;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::{Format, Report};
use crate::model::text::{printable, shell_word};
use crate::output::{self, Console, Shown, Terminal};

/// Runs the program.
pub fn main(args: Vec<OsString>, variables: impl Iterator<Item = (OsString, OsString)>) -> ExitCode {
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    let env = Env::new(variables.filter_map(text));
    let matches = command(&args).try_get_matches_from(&args);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(refusal) => return refused(&refusal, &args, &env),
    };
    let (format, terminal) = (cli.globals.output, terminal(cli.globals.color, &env));
    let painted = color(cli.globals.color, &env, io::stderr().is_terminal());
    let redactor = Redactor::default();
    start_log(&cli, &env, &redactor);
    let (done, ended) = mpsc::channel();
    let done = Arc::new(done);
    // The sandbox's own commands end themselves.
    let own = matches!(cli.command, crate::cli::Command::Sandbox { .. });
    let ctrl_c = (!own).then(|| watch(Arc::downgrade(&done), format, painted));
    let words = recorded(args.iter().map(|word| word.to_string_lossy().into_owned()));
    // Not on this thread: what waits for input can be left behind, and the program still ends here.
    std::thread::spawn(move || {
        let code = match run(&cli, words, env, redactor.clone(), terminal, painted, ctrl_c) {
            Ok(code) => code,
            Err(error) => fail(&redactor.scrub_error(downcast(error)), format, painted),
        };
        let _ = done.send(code);
    });
    ended.recv().unwrap_or(ExitCode::from(PANICKED))
}

/// What Rust's own programs end with after a panic.
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
    // Rows that stream to the same terminal show the progress themselves.
    let streams = format == Format::Jsonl && io::stdout().is_terminal();
    let progress = match (io::stderr().is_terminal(), streams) {
        (true, false) => Shown::Bar,
        (true, true) => Shown::Nothing,
        (false, _) => Shown::Lines,
    };
    let scrub = Box::new(move |text: &str| known.scrub(text));
    let diagnostics = Arc::new(Console::new(cli.globals.quiet, progress, scrub));
    let held = RefCell::new(Some(Vec::new()));
    let printer = Rc::new(Printer { redactor: redactor.clone(), format, terminal, held });
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
    // The command runs on this thread, and its connections on another: a request leaves while the next is made.
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
    // Whoever was interrupted while being asked is not waited for.
    runtime.shutdown_background();
    let mut report = result?;
    printer.print(&mut report)?;
    for error in codes::told(&report, format) {
        fail(&error, format, painted);
    }
    if context.cancellation.is_asked() {
        return Ok(fail(&interrupts::ended(&report), format, painted));
    }
    Ok(ExitCode::from(codes::of(&report)))
}

/// The options of every command, apart from those that only the edge needs.
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
        yes: globals.yes,
    }
}

/// Tells of each Ctrl-C.
type Presses = tokio::sync::mpsc::UnboundedReceiver<Signal>;

/// Tells of Ctrl-C. A thread of its own watches for it, and ends the program itself while that waits for input.
fn watch(done: Weak<mpsc::Sender<ExitCode>>, format: Format, painted: bool) -> Presses {
    let (sender, presses) = tokio::sync::mpsc::unbounded_channel();
    let (ready, listening) = mpsc::channel();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let waited = runtime.block_on(async {
            let (mut ready, mut pressed) = (Some(ready), false);
            let mut signal = Box::pin(asked_to_end());
            loop {
                let next = poll_fn(|context| {
                    let state = signal.as_mut().poll(context);
                    // From its first poll on, the signal is caught.
                    drop(ready.take());
                    state
                });
                tokio::select! {
                    heard = next => {
                        if heard.map_or(true, |signal| sender.send(signal).is_err()) {
                            return false;
                        }
                        (pressed, signal) = (true, Box::pin(asked_to_end()));
                    }
                    // Whoever diagnostics ends the program, but for what waits for input.
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
    // Nothing is begun before Ctrl-C is listened for: a signal that nobody catches kills the program in silence.
    let _: Result<(), mpsc::RecvError> = listening.recv();
    presses
}

/// Ctrl-C, or what a service manager ends a program with.
async fn asked_to_end() -> io::Result<Signal> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed.map(|()| Signal::CtrlC),
            _ = terminate.recv() => Ok(Signal::Terminate),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map(|()| Signal::CtrlC)
}

/// How long a command has to report what it did after a second Ctrl-C, once nothing on the wire is awaited any more.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Runs a command until Ctrl-C. A command that has begun a write is awaited, because it reports what it did; it begins
/// nothing new. After a second Ctrl-C it awaits no answer either, and reports what it knows.
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
            // In this order, so that Ctrl-C is noticed before anything else is begun.
            biased;
            signal = pressed(&mut ctrl_c) => {
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

/// Ends with the next Ctrl-C, or never.
async fn pressed(ctrl_c: &mut Option<Presses>) -> Signal {
    if let Some(presses) = ctrl_c
        && let Some(signal) = presses.recv().await
    {
        return signal;
    }
    std::future::pending().await
}

/// How many bytes of a list are held back until it is whole, so that an error leaves nothing on standard output.
/// A longer list streams.
const HELD_BACK: usize = 8 << 20;

/// Prints to standard output.
struct Printer {
    redactor: Redactor,
    format: Format,
    terminal: Terminal,
    /// What is held back of a list; none once it streams.
    held: RefCell<Option<Vec<u8>>>,
}

impl Printer {
    /// Prints a report without the secrets that are known. Answers whether anybody still reads: whoever closed the pipe has read enough.
    fn print(&self, report: &mut Report) -> Result<bool> {
        self.redactor.scrub_report(report);
        let report = &*report;
        let Report::Part { last, .. } = report else {
            return print(report, |out| output::report(out, report, self.format, self.terminal));
        };
        let mut held = self.held.borrow_mut();
        if let Some(bytes) = held.as_mut().filter(|_| self.format != Format::Jsonl) {
            // At once, because growing would hold it twice. It is there only once it is used.
            bytes.reserve((HELD_BACK + HELD_BACK / 4).saturating_sub(bytes.len()));
            // Into memory, where nothing fails.
            let _ = output::report(bytes, report, self.format, self.terminal);
            if !last && bytes.len() < HELD_BACK {
                return Ok(true);
            }
            let bytes = held.take().unwrap_or_default();
            return print(report, |out| out.write_all(&bytes).and_then(|()| out.flush()));
        }
        print(report, |out| output::report(out, report, self.format, self.terminal))
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
                    "the command itself was carried out: look at what the vendor holds before you repeat it",
                ),
                _ => error,
            })
        }
    }
}

fn fail(error: &Error, format: Format, color: bool) -> ExitCode {
    // Where nobody listens, the exit code still tells.
    let _ = output::error(&mut io::stderr().lock(), error, format, color);
    ExitCode::from(error.kind.exit_code())
}

fn downcast(error: anyhow::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|other| Error::new(Kind::Internal, format!("{other:#}")))
}

/// clap's own answer: help and version on standard output, a refusal as the error `usage`.
fn refused(refusal: &clap::Error, args: &[OsString], env: &Env) -> ExitCode {
    let format = asked_format(args, env);
    let from = variable(refusal, args, env).map(|name| format!("the value is that of the variable {name}"));
    let tip = from.or_else(|| manifest(refusal));
    if !refusal.use_stderr() || format.is_for_people() {
        let _ = refusal.print();
        if let Some(tip) = tip {
            let _ = writeln!(io::stderr(), "hint: {tip}");
        }
        return ExitCode::from(if refusal.use_stderr() { Kind::Usage.exit_code() } else { 0 });
    }
    let text = refusal.render().to_string();
    // The complaint is the first paragraph; what it suggests stands in lines of its own.
    let paragraph: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let message = paragraph.join(" ");
    let tips = text.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let tips: Vec<&str> = tips.chain(tip.as_deref()).collect();
    let hint = match tips.as_slice() {
        [] => "add --help to the command to see what it takes".to_owned(),
        tips => tips.join("; "),
    };
    let error = Error::new(Kind::Usage, message.trim_start_matches("error: ")).hint(hint);
    fail(&error, format, false)
}

/// The command line's grammar. A variable that is set to nothing is not set, and one whose flag is given is not
/// looked at, so that a wrong one can be overruled.
fn command(args: &[OsString]) -> clap::Command {
    commands::tree().mut_args(|arg| {
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
    let command = command(args);
    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(flag.as_str()))?;
    (arg.get_env()? == name.as_str() && env.get(&name).is_some()).then_some(name)
}

/// What to do where a plan is asked for of a bare word.
fn manifest(refusal: &clap::Error) -> Option<String> {
    let word = refusal.get(ContextKind::InvalidArg)?.to_string();
    let is_of_plan = refusal.get(ContextKind::Usage)?.to_string().contains("trunkctl plan");
    let is_bare = refusal.kind() == ErrorKind::UnknownArgument && !word.starts_with('-');
    (is_of_plan && is_bare)
        .then(|| format!("give the manifest with -f, as in -f {}", shell_word(&printable(&word))))
}

/// The output format, where the command line as a whole could not be understood.
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

/// Whether a stream takes colours: the flag decides, then NO_COLOR, then CLICOLOR_FORCE, then the stream.
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

/// Asks for a text that is not shown while it is typed. The terminal shows it again however this ends.
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
            // Ctrl-C was typed and passed on as a signal, which ends this.
            std::future::pending::<()>().await;
        }
        drop(before);
        typed.ok()
    }))
}

/// Asks for a text on the terminal.
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

/// The input ended at a question, and the cursor stands behind it.
fn ended() -> Reply {
    let _ = writeln!(io::stderr());
    Reply::Ended
}

/// Asks on the terminal; none where there is none. The answer is read on a thread of its own, because Ctrl-C is
/// heard only while this one does not block.
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

/// Log lines go to standard error, and through the redactor.
fn start_log(cli: &Cli, env: &Env, redactor: &Redactor) {
    let level = match (cli.globals.verbose, env.get("TRUNKCTL_LOG")) {
        (0, Some(name)) => name.parse().unwrap_or(tracing::Level::WARN),
        (0, None) => tracing::Level::WARN,
        (1, _) => tracing::Level::INFO,
        (2, _) => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_target(false)
        .without_time()
        .with_ansi(false)
        .with_writer(Scrubbed(redactor.clone()).with_filter(|event| event.target().starts_with("trunkctl")))
        .try_init();
}

struct Scrubbed(Redactor);

impl Write for Scrubbed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = self.0.scrub(&String::from_utf8_lossy(bytes));
        let lines: Vec<String> = text.split('\n').map(printable).collect();
        // A log that nobody reads is no failure.
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
