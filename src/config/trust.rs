//! Checks whether another user could change a file that this program trusts.

pub use platform::{check_file, check_folder};

#[cfg(unix)]
mod platform {
    use std::fs::Metadata;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use crate::model::error::{Error, Result};
    use crate::model::text::shell_word;

    /// Write permission for the group and for others.
    const OTHERS_WRITE: u32 = 0o022;
    /// In such a folder only the owner of a file can remove, rename or replace it.
    const STICKY: u32 = 0o1000;

    /// Refuses a file that another user could change: it or its folder belongs to another user, or others can write
    /// to one of them. Files of root are trusted. A pipe has no folder.
    pub fn check_file(what: &str, path: &Path) -> Result<()> {
        let unreadable = |cause: std::io::Error| {
            Error::config(format!("{what} `{}` cannot be read: {cause}", path.display()))
                .hint("check the path")
        };
        let file = std::fs::metadata(path).map_err(unreadable)?;
        check_owner(what, path, &file)?;
        if !file.is_file() {
            return Ok(());
        }
        check_mode(what, path, &file)?;
        // A link can be replaced in its own folder, and its target in another.
        check_owner(what, path, &std::fs::symlink_metadata(path).map_err(unreadable)?)?;
        let target = std::fs::canonicalize(path).map_err(unreadable)?;
        [path, &target].into_iter().filter_map(Path::parent).try_for_each(|folder| check_folder(what, folder))
    }

    /// Refuses a folder in which another user could replace a file of yours. A sticky folder that everyone can write
    /// to, such as `/tmp`, is accepted, and so is a folder that does not exist.
    pub fn check_folder(what: &str, path: &Path) -> Result<()> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let what = format!("the folder of the {what}");
        let folder = match std::fs::metadata(path) {
            Ok(folder) => folder,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(cause) => {
                return Err(Error::config(format!("{what} `{}` cannot be read: {cause}", path.display()))
                    .hint("check the path"));
            }
        };
        check_owner(&what, path, &folder)?;
        if folder.mode() & STICKY == 0 { check_mode(&what, path, &folder) } else { Ok(()) }
    }

    fn check_owner(what: &str, path: &Path, data: &Metadata) -> Result<()> {
        let (owner, me) = (data.uid(), rustix::process::geteuid().as_raw());
        if owner == me || owner == 0 {
            return Ok(());
        }
        let shown = path.display();
        Err(Error::config(format!(
            "{what} `{shown}` belongs to another user (uid {owner}), who can change it"
        ))
        .hint(format!("copy the file to a folder of your own, or run `chown {me} {}` as root", quoted(path))))
    }

    fn check_mode(what: &str, path: &Path, data: &Metadata) -> Result<()> {
        let mode = data.mode() & 0o7777;
        if mode & OTHERS_WRITE == 0 {
            return Ok(());
        }
        Err(Error::config(format!(
            "{what} `{}` can be changed by other users (mode {mode:04o})",
            path.display()
        ))
        .hint(format!("run `chmod go-w {}`", quoted(path))))
    }

    fn quoted(path: &Path) -> String {
        shell_word(&path.to_string_lossy())
    }
}

/// Other systems keep a user's files from other users by default.
#[cfg(not(unix))]
mod platform {
    use std::path::Path;

    use crate::model::error::Result;

    /// Accepts every file.
    pub fn check_file(_: &str, _: &Path) -> Result<()> {
        Ok(())
    }

    /// Accepts every folder.
    pub fn check_folder(_: &str, _: &Path) -> Result<()> {
        Ok(())
    }
}
