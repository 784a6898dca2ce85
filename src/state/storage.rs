//! Files that this program keeps between runs.
//!
//! In the program's own folders (state, cache) nothing is used that another user could have put there or could
//! change: [`own_folder`], [`read_own`], [`lock_file`] and [`append_own`] check that and follow no links. The other
//! functions also take paths that the user chose.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::Path;
use std::time::{Duration, Instant};

#[cfg(unix)]
use crate::model::text::shell_word;

/// Why a file or folder is not used, and what to do about it. Travels in a [`std::io::Error`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}; {remedy}")]
pub struct Untrusted {
    /// What is wrong, with the path.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

impl Untrusted {
    /// The reason in an error of this module; none for errors of the file system.
    pub fn of(error: &Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Untrusted> for Error {
    fn from(untrusted: Untrusted) -> Self {
        Self::new(ErrorKind::PermissionDenied, untrusted)
    }
}

/// Refuses a file or folder that another user can change: one that belongs to neither this user nor root, or
/// that its group or others can write to. Of a link, both the link and its target are checked.
pub fn trusted(path: &Path) -> Result<()> {
    let data = std::fs::symlink_metadata(path)?;
    check(path, &data)?;
    if data.is_symlink() {
        check(path, &std::fs::metadata(path)?)?;
    }
    Ok(())
}

/// Refuses a folder in which another user can replace a file of yours. A sticky folder that everyone can write to, such
/// as `/tmp`, is accepted: there, only the owner of a file can replace it.
pub fn trusted_folder(path: &Path) -> Result<()> {
    let data = std::fs::metadata(path)?;
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&data) & 0o1000 != 0 {
        return Ok(check_owner(path, &data)?);
    }
    Ok(check(path, &data)?)
}

/// Other systems keep a user's files from other users by default.
#[cfg(not(unix))]
fn check(_: &Path, _: &Metadata) -> std::result::Result<(), Untrusted> {
    Ok(())
}

#[cfg(unix)]
fn check(path: &Path, data: &Metadata) -> std::result::Result<(), Untrusted> {
    use std::os::unix::fs::MetadataExt;
    check_owner(path, data)?;
    // Links and devices are usually writable for everyone, which says nothing.
    let means = data.is_file() || data.is_dir();
    if means { check_mode(path, data.mode()) } else { Ok(()) }
}

#[cfg(unix)]
fn check_owner(path: &Path, data: &Metadata) -> std::result::Result<(), Untrusted> {
    let (owner, user) = (std::os::unix::fs::MetadataExt::uid(data), rustix::process::geteuid().as_raw());
    refuse_owner(path, owner, user)
}

#[cfg(unix)]
fn refuse_owner(path: &Path, owner: u32, user: u32) -> std::result::Result<(), Untrusted> {
    if owner == user || owner == 0 {
        return Ok(());
    }
    Err(Untrusted {
        why: format!("`{}` belongs to another user (uid {owner}, and yours is {user})", path.display()),
        remedy: format!("check what is in it, then run `chown {user} {}` as root", quoted(path)),
    })
}

#[cfg(unix)]
fn check_mode(path: &Path, mode: u32) -> std::result::Result<(), Untrusted> {
    if mode & 0o022 == 0 {
        return Ok(());
    }
    Err(Untrusted {
        why: format!("`{}` can be changed by other users (mode {:04o})", path.display(), mode & 0o7777),
        remedy: format!("check what is in it, then run `chmod go-w {}`", quoted(path)),
    })
}

#[cfg(unix)]
fn quoted(path: &Path) -> String {
    shell_word(&path.to_string_lossy())
}

/// Refuses a file that others can read: who knows a key can sign with it.
pub fn keep_private(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let mode = std::fs::metadata(path)?.mode();
        if mode & 0o044 != 0 {
            let path = path.display();
            return Err(Error::from(Untrusted {
                why: format!("others can read the key file `{path}` (mode {:04o})", mode & 0o7777),
                remedy: format!("run `chmod 600 {path}`"),
            }));
        }
    }
    Ok(())
}

/// Replaces the contents of a file in one step, and keeps its permissions.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let permissions = std::fs::metadata(path)?.permissions();
    let file = temporary(path, bytes)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Writes a file that only its owner can read, in one step: a reader sees the old or the new one, whole. A link of
/// that name is replaced, not followed.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = temporary(path, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The same for data that can be recreated: it does not wait for the disk, so a power cut may lose it.
pub fn write_cached(path: &Path, bytes: &[u8]) -> Result<()> {
    temporary(path, bytes)?.persist(path)?;
    Ok(())
}

/// The same, unless the file is there already: then it stays as it is.
pub fn create_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = temporary(path, bytes)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists => Err(failed.error),
        _ => Ok(()),
    }
}

fn temporary(path: &Path, bytes: &[u8]) -> Result<tempfile::NamedTempFile> {
    let folder = folder_of(path);
    create_folder(folder)?;
    // A named temporary file is made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// The folder that a file is in; `.` for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Creates a folder and its missing parents, only for their owner, regardless of the umask.
pub fn create_folder(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Creates one of the program's own folders, or refuses the one that is there if another user can change it.
pub fn own_folder(path: &Path) -> Result<()> {
    match trusted(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => create_folder(path).and_then(|()| trusted(path)),
        trusted => trusted,
    }
}

/// Opens a file of the program's own folders to be locked.
pub fn lock_file(path: &Path) -> Result<File> {
    let open = || open_checked(path, private().write(true).create(true).truncate(false));
    match open() {
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            create_folder(folder_of(path)).and_then(|()| open())
        }
        opened => opened,
    }
}

/// Locks a file of the program's own folders, and waits for another process at most that long.
pub async fn lock_within(path: &Path, patience: Duration) -> Result<File> {
    let (file, begun) = (lock_file(path)?, Instant::now());
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(cause)) => return Err(cause),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                let text = format!("another process holds the lock `{}`", path.display());
                return Err(Error::new(ErrorKind::TimedOut, text));
            }
            Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Opens a file of the program's own folders to be appended to and read.
pub fn append_own(path: &Path) -> Result<File> {
    open_checked(path, private().read(true).append(true).create(true))
}

/// Opens a file of the program's own folders to be read.
pub fn open_own(path: &Path) -> Result<File> {
    open_checked(path, private().read(true))
}

/// Reads a file of the program's own folders.
pub fn read_own(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_own(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a regular file that no other user can change, and nothing else.
fn open_checked(path: &Path, options: &mut OpenOptions) -> Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        // Opening a FIFO would wait for its other end.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
    }
    let file = options.open(path).map_err(|cause| match std::fs::symlink_metadata(path) {
        Ok(data) if !data.is_file() => odd(path, &data).into(),
        _ => cause,
    })?;
    let data = file.metadata()?;
    if !data.is_file() {
        return Err(odd(path, &data).into());
    }
    check(path, &data)?;
    Ok(file)
}

fn odd(path: &Path, data: &Metadata) -> Untrusted {
    let what = if data.is_symlink() { "is a symbolic link" } else { "is not a regular file" };
    Untrusted { why: format!("`{}` {what}", path.display()), remedy: "remove it".into() }
}

fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a file that only its owner can open, to be appended to. There must be none of that name, nor a link.
pub fn new_private(path: &Path) -> Result<File> {
    private().read(true).append(true).create_new(true).open(path)
}

/// Opens a file that the user chose, to be read and appended to.
pub fn open_for_append(path: &Path) -> Result<File> {
    OpenOptions::new().read(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn only_files_writable_by_this_user_and_root_alone_are_trusted() {
        for (owner, mode, user, says) in [
            (1000, 0o700, 1000, None),
            (1000, 0o755, 1000, None),
            (0, 0o755, 1000, None),
            (0, 0o700, 0, None),
            (1000, 0o770, 1000, Some("chmod go-w /s")),
            (1000, 0o602, 1000, Some("chmod go-w /s")),
            (0, 0o1777, 1000, Some("chmod go-w /s")),
            (1001, 0o700, 1000, Some("chown 1000 /s")),
            (1001, 0o700, 0, Some("chown 0 /s")),
        ] {
            let path = std::path::Path::new("/s");
            let checked = super::refuse_owner(path, owner, user).and_then(|()| super::check_mode(path, mode));
            let refused = checked.err();
            assert_eq!(refused.is_some(), says.is_some(), "{owner} {mode:o} {user}: {refused:?}");
            if let (Some(untrusted), Some(says)) = (refused, says) {
                assert!(untrusted.remedy.contains(says) && untrusted.why.contains("`/s`"), "{untrusted}");
            }
        }
    }
}
