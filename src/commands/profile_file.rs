//! `profile edit | use | remove`: changes of the profiles file.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::profile_init::{lock, own_files, read};
use crate::config::profiles::{Book, VENDOR_VARIABLE, Where};
use crate::config::write;
use crate::context::Context;
use crate::context::editor::Edit;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::Report;
use crate::state::storage;

/// The profiles file.
struct File {
    /// As it was named.
    path: PathBuf,
    /// Where it is: a link is followed, so that it remains a link.
    target: PathBuf,
    text: String,
}

impl File {
    fn open(context: &Context) -> Result<Self> {
        if context.options.sandbox {
            return Err(Error::new(Kind::Usage, "the sandbox has its own profiles, which cannot be changed")
                .hint("leave out --sandbox"));
        }
        let folders = context.folders()?;
        let path = context.place(folders, None).path();
        let target = std::fs::canonicalize(&path).map_err(|cause| {
            Error::config(format!("`{}` cannot be read: {cause}", path.display()))
                .hint("create the first profile with `trunkctl profile init NAME`")
        })?;
        let text = read(&path, storage::folder_of(&path))?;
        Ok(Self { path, target, text })
    }

    /// Writes the new text in one step, unless the file has changed since it was read.
    async fn replace(&self, context: &Context, text: &str) -> Result<()> {
        let failed = |cause: std::io::Error| {
            Error::config(format!("`{}` cannot be written: {cause}", self.path.display()))
                .hint("check who may write to it and to its folder")
        };
        let _lock = lock(&self.target, context.options.deadline).await.map_err(failed)?;
        if read(&self.path, storage::folder_of(&self.path))? != self.text {
            let text = format!("`{}` was changed in the meantime by another program", self.path.display());
            return Err(Error::new(Kind::Conflict, text).hint("nothing was written; try again"));
        }
        storage::replace(&self.target, text.as_bytes()).map_err(failed)
    }

    /// Replaces the text, except in a dry run.
    async fn change(&self, context: &Context, text: &str) -> Result<()> {
        if context.options.dry_run.is_some() {
            context.diagnostics.note(&format!("dry run: `{}` was not written", self.path.display()));
            return Ok(());
        }
        self.replace(context, text).await
    }
}

/// Makes a profile the default.
pub async fn make_default(context: &Context, name: &str) -> Result<Report> {
    let file = File::open(context)?;
    context.book()?.require(name)?;
    let text = write::set_default(&file.text, name, &file.path)?;
    file.change(context, &text).await?;
    for variable in ["TRUNKCTL_PROFILE", VENDOR_VARIABLE] {
        if context.env.get(variable).is_some() {
            context.diagnostics.warn(&format!("{variable} is set, and overrides the default profile"));
        }
    }
    Ok(Report::Record(json!({"default_profile": name, "profiles_file": file.path.display().to_string()})))
}

/// Removes profiles.
pub async fn remove(context: &Context, names: &[String]) -> Result<Report> {
    let file = File::open(context)?;
    let book = context.book()?;
    names.iter().try_for_each(|name| book.require(name))?;
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let noun = if names.len() == 1 { "profile" } else { "profiles" };
    let path = file.path.display();
    context.confirm_sentence(&format!("This removes the {noun} {} from `{path}`.", list.join(", "))).await?;
    file.change(context, &write::remove(&file.text, names, &file.path)?).await?;
    if book.default_profile().is_some_and(|default| names.iter().any(|name| name == default)) {
        context
            .diagnostics
            .note("there is no default profile any more; `trunkctl profile use NAME` sets one");
    }
    note_secrets(context, &file, names);
    Ok(Report::Record(json!({"removed": names, "profiles_file": path.to_string()})))
}

/// Names the files of secrets that the removed profiles had for themselves.
fn note_secrets(context: &Context, file: &File, names: &[String]) {
    for secret in names.iter().flat_map(|name| own_files(&file.text, name)) {
        let secret = storage::folder_of(&file.path).join(secret);
        context.diagnostics.note(&format!("`{}` is no longer needed", secret.display()));
    }
}

/// Lets the user edit the file. It is replaced only by one in which every profile is right.
pub async fn edit(context: &Context) -> Result<Report> {
    let file = File::open(context)?;
    let edit = Edit::new(storage::folder_of(&file.target), ".toml", &file.text)?;
    let changed = async {
        // Who may read the file decides whether it may contain a secret itself.
        let permissions = std::fs::metadata(&file.target).map(|data| data.permissions());
        let _ = permissions.and_then(|permissions| std::fs::set_permissions(&edit.path, permissions));
        let text = context.edit(&edit, |path| check(context, path)).await?;
        let is_changed = text != file.text;
        if is_changed {
            file.change(context, &text).await?;
        }
        Ok(is_changed)
    };
    let changed = match changed.await {
        Ok(changed) => changed,
        Err(error) => return Err(edit.failed(error)),
    };
    edit.done();
    let outcome = if changed { "updated" } else { "unchanged" };
    Ok(Report::Record(json!({"outcome": outcome, "profiles_file": file.path.display().to_string()})))
}

/// The text of a profiles file, if every profile in it is right.
fn check(context: &Context, path: &str) -> Result<String> {
    let folders = context.folders()?;
    let at = Where { env: &context.env, folders, file: Some(path), name: None };
    let book = Book::open(&at)?;
    let listed = book.list();
    let names = listed.iter().map(|listed| listed.name.as_str()).chain(book.default_profile());
    let mut errors: Vec<Error> = names.filter_map(|name| book.choose(Some(name)).err()).collect();
    if errors.len() > 1 {
        let mut lines: Vec<String> = errors.iter().map(|error| error.message.clone()).collect();
        lines.dedup();
        errors.truncate(1);
        errors[0].message = lines.join("\n");
    }
    match errors.pop() {
        Some(error) => Err(error),
        None => read(Path::new(path), storage::folder_of(Path::new(path))),
    }
}
