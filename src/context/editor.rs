//! Lets the user edit a file in their editor.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Context;
use crate::config::terminal::Terminal;
use crate::model::error::{Error, Kind, Result};
use crate::model::text::printable;

/// The variables that name the editor; the first one that is set wins.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];

/// A file that is edited, which only its owner can read. It outlives the program, so that an edit is not lost.
pub struct Edit {
    /// Where it is.
    pub path: PathBuf,
    before: String,
}

impl Edit {
    /// A file with that text, in a folder.
    pub fn new(folder: &Path, suffix: &str, text: &str) -> Result<Self> {
        let written = || {
            let file =
                tempfile::Builder::new().prefix("trunkctl-edit-").suffix(suffix).tempfile_in(folder)?;
            std::fs::write(file.path(), text)?;
            file.into_temp_path().keep().map_err(|failed| failed.error)
        };
        let path = written().map_err(|cause: std::io::Error| {
            let folder = folder.display();
            Error::config(format!("a file for the editor cannot be written to `{folder}`: {cause}"))
                .hint("check who may write to that folder")
        })?;
        Ok(Self { path, before: text.to_owned() })
    }

    /// Removes the file. It is not an error if that fails: the edit itself has succeeded.
    pub fn done(self) {
        let _ = std::fs::remove_file(&self.path);
    }

    /// The error of an edit that came to nothing. The file stays if it was changed.
    pub fn failed(self, error: Error) -> Error {
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.before) {
            self.done();
            return error;
        }
        let hint = error.hint.as_ref().map(|hint| format!("{hint}; ")).unwrap_or_default();
        error.hint(format!("{hint}your edit is kept in `{}`", self.path.display()))
    }
}

impl Context {
    /// Lets the user edit a file until it can be read, or until they do not want to edit it again.
    pub async fn edit<T>(&self, edit: &Edit, read: impl Fn(&str) -> Result<T>) -> Result<T> {
        let path = edit.path.to_string_lossy();
        loop {
            self.open_editor(&edit.path).await?;
            let error = match read(&path) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let lines: Vec<String> =
                error.message.lines().chain(error.hint.as_deref()).map(printable).collect();
            let again = self.ask(&format!("{}\nEdit the file again?", lines.join("\n"))).await;
            if again != Some(true) {
                return Err(error);
            }
        }
    }

    async fn open_editor(&self, path: &Path) -> Result<()> {
        let named = VARIABLES.into_iter().find_map(|name| Some((name, self.env.get(name)?.to_owned())));
        let terminal = Terminal::save();
        if named.is_none() && terminal.is_none() {
            return Err(Error::new(Kind::Usage, "there is no terminal for an editor")
                .hint("set VISUAL or EDITOR to a command that edits a file"));
        }
        let (from, editor) = named.unwrap_or(("the default", default().to_owned()));
        let mut command = command(&editor, path);
        // Ctrl-C is a key of many editors, and their terminal sends it to this program as well.
        self.cancellation.ignore_ctrl_c(true);
        let ended = self.untimed(tokio::task::spawn_blocking(move || command.status())).await;
        self.cancellation.ignore_ctrl_c(false);
        drop(terminal);
        let why = match ended {
            Ok(Ok(status)) if status.success() => return Ok(()),
            Ok(Ok(status)) => format!("ended with {status}"),
            Ok(Err(cause)) => format!("cannot be run: {cause}"),
            Err(cause) => format!("cannot be run: {cause}"),
        };
        let text = format!("the editor `{}` ({from}) {why}; nothing was changed", printable(&editor));
        Err(Error::invalid(text).hint("set VISUAL or EDITOR to another editor"))
    }
}

fn default() -> &'static str {
    if cfg!(windows) { "notepad" } else { "vi" }
}

/// The editor may have arguments, so a shell starts it. The shell does not stay: Ctrl-C would end it.
#[cfg(unix)]
fn command(editor: &str, path: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("exec {editor} \"$@\"")).arg(editor).arg(path);
    command
}

#[cfg(not(unix))]
fn command(editor: &str, path: &Path) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(editor));
    command.args(words).arg(path);
    command
}
