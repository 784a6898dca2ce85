//! Prompts on the terminal.

use std::future::ready;
use std::io::{self, IsTerminal, Write};

use tokio::task::spawn_blocking;

use crate::config::terminal as saved;
use crate::context::{Replied, Reply, Typing};

/// Prompts for a text. It is read on a separate thread, because a blocked thread does not notice Ctrl-C.
pub(super) fn prompt(question: &str, typing: Typing) -> Replied {
    let is_seen = io::stderr().is_terminal() || typing == Typing::HiddenAnywhere;
    if !io::stdin().is_terminal() || !is_seen {
        return Box::pin(ready(Reply::NoTerminal));
    }
    let is_hidden = typing != Typing::Shown;
    let before = is_hidden.then(saved::Terminal::save).flatten();
    let _ = write!(io::stderr(), "{question} ");
    let read = spawn_blocking(if is_hidden { rpassword::read_password } else { read_line });
    Box::pin(async move {
        let answer = read.await;
        if matches!(&answer, Ok(Err(cause)) if cause.kind() == io::ErrorKind::Interrupted) {
            // Ctrl-C was typed; its signal ends the program.
            std::future::pending::<()>().await;
        }
        // The terminal's echo is restored in any case.
        drop(before);
        if let Ok(Ok(text)) = answer {
            return Reply::Text(text);
        }
        // The prompt is on the line of the cursor.
        let _ = writeln!(io::stderr());
        Reply::Ended
    })
}

/// Reads a line, without the white space around it.
fn read_line() -> io::Result<String> {
    let mut line = String::new();
    match io::stdin().read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim().to_owned()),
    }
}
