//! The edge of the program: takes arguments and streams, and returns the exit code.

mod codes;
mod command_line;
mod log;
mod pager;
mod printer;
mod prompt;
mod signals;

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, mpsc};

use anyhow::Context as _;

use crate::cli::recorded::recorded;
use crate::cli::{Cli, Color, Globals};
use crate::commands;
use crate::commands::complete;
use crate::config::Env;
use crate::context::{Context, Options, interrupts};
use crate::engine::redact::Redactor;
use crate::model::error::{Error, Kind};
use crate::model::report::{Format, Report};
use crate::output::{self, Console, Shown, Terminal};
use printer::Printer;
use signals::Presses;

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
    let cli = match command_line::parse(&args) {
        Ok(cli) => cli,
        Err(refusal) => return command_line::refused(refusal, &args, &env),
    };
    let (format, terminal) = (cli.globals.output, terminal(cli.globals.color, &env));
    let painted = color(cli.globals.color, &env, io::stderr().is_terminal());
    let redactor = Redactor::default();
    log::start(&cli, &env, &redactor);
    let (done, ended) = mpsc::channel();
    let done = Arc::new(done);
    // The sandbox commands handle Ctrl-C themselves.
    let own = matches!(cli.command, crate::cli::Command::Sandbox(_));
    let ctrl_c = (!own).then(|| signals::watch(Arc::downgrade(&done), format, painted));
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
    let context = Context::new(
        options(&cli.globals),
        env,
        redactor.clone(),
        diagnostics,
        Box::new(prompt::prompt),
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
        let result = signals::interruptible(commands::run(cli, &context), &context, ctrl_c).await;
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

fn fail(error: &Error, format: Format, color: bool) -> ExitCode {
    // If standard error is closed, the exit code still reports the failure.
    let _ = output::error(&mut io::stderr().lock(), error, format, color);
    ExitCode::from(error.kind.exit_code())
}

fn downcast(error: anyhow::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|other| Error::new(Kind::Internal, format!("{other:#}")))
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
