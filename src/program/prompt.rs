//! The prompts on the terminal.

use std::io::{self, IsTerminal, Write};

use crate::config::terminal as saved;
use crate::context::{Answer, Reply, Typed};
use crate::input::waiting;

/// Prompts for a text without echoing it. The terminal's echo is restored in any case.
pub(super) fn ask_secret(question: &str, unseen: bool) -> Option<Typed> {
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
pub(super) fn ask_text(question: &str) -> Reply {
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
pub(super) fn ask(question: &str) -> Answer {
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
