//! Files that this program keeps between runs.

use std::io::Write;
use std::path::Path;

/// Writes a file that only its owner can read, in one step: whoever reads it sees the old or the new, whole.
///
/// # Errors
/// Whatever the file system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let file = temporary(path, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The same for what can be had again: a power cut may take it, and nobody waits for the disk.
///
/// # Errors
/// Whatever the file system says.
pub fn write_cached(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    temporary(path, bytes)?.persist(path)?;
    Ok(())
}

/// The same, unless the file is there already: then it stays as it is.
///
/// # Errors
/// Whatever the file system says.
pub fn create_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let file = temporary(path, bytes)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed.error),
        _ => Ok(()),
    }
}

fn temporary(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // A named temporary file is made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Opens a file to be locked; only its owner can open it.
///
/// # Errors
/// Whatever the file system says.
pub fn lock_file(path: &Path) -> std::io::Result<std::fs::File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder that only its owner can enter, with the folders above it, unless it is there.
///
/// # Errors
/// Whatever the file system says.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Opens a file to be appended to and read; only its owner can.
///
/// # Errors
/// Whatever the file system says.
pub fn append_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a file that only its owner can open, to be appended to. There must be none of that name.
///
/// # Errors
/// Whatever the file system says.
pub fn new_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a file that is there, to be read and appended to.
///
/// # Errors
/// Whatever the file system says.
pub fn open_for_append(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().read(true).append(true).open(path)
}
