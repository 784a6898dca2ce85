//! `export`: a manifest of what exists, or of what would be at another vendor.

mod compose;
pub mod convert;
pub mod normalize;
mod notes;
pub mod read;
mod secrets;

use futures_util::stream::{self, StreamExt};

use crate::context::Context;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::input::manifest::write::NewManifest;
use crate::model::error::{Error, Kind, Result};
use crate::model::report::{Format, Report};
use crate::model::text::excerpt;
use crate::ops::steps::account;
use crate::vendors;
use crate::vendors::Vendor;
use compose::{Aim, compose};
use notes::Remarks;
use read::{Holding, holding};

/// How many profiles are read at the same time.
const AT_ONCE: usize = 8;

/// What is exported.
pub struct Selection<'a> {
    /// Whether every profile of the profiles file is.
    pub all_profiles: bool,
    /// Accounts beside the profile's own.
    pub accounts: &'a [String],
    /// The vendor to rewrite everything for.
    pub vendor: Option<&'a str>,
}

/// Exports.
pub async fn run(context: &Context, selection: &Selection<'_>) -> Result<Report> {
    check_form(context)?;
    let aim = selection.vendor.map(vendor).transpose()?;
    let aim = aim.map(|vendor| Aim { vendor, profile: only_profile(context, vendor) });
    let names = context.profile_names(selection.all_profiles)?;
    let mut sessions = Vec::new();
    for name in &names {
        sessions.push(context.session_of(name.as_deref()).await);
    }
    check_accounts(&sessions, selection.accounts)?;
    // The manifest exists as a tree and as a text, besides the objects that were read.
    let room = Room::of_copies(5);
    let reads = sessions.into_iter().map(|session| async {
        let session = session?;
        let named: &[String] = if session.vendor().facts().has_accounts() { selection.accounts } else { &[] };
        holding(&session, named, &room).await
    });
    let reads: Vec<Result<Holding>> = stream::iter(reads).buffered(AT_ONCE).collect().await;
    let (mut holdings, mut errors, mut unread) = (Vec::<Holding>::new(), Vec::new(), Vec::new());
    for (name, read) in names.iter().zip(reads) {
        match read {
            Ok(holding) => holdings.push(holding),
            Err(error) if names.len() == 1 => return Err(error),
            Err(error) => {
                let name = name.as_deref().unwrap_or_default();
                unread.push(excerpt(name, 80));
                errors.push(error.of_profile(name));
            }
        }
    }
    let header = header(&holdings, aim.as_ref());
    let whole = !holdings.is_empty();
    let (draft, mut remarks) = compose(holdings, aim.as_ref());
    unread.sort();
    remarks.unread = unread;
    let text = written(context, NewManifest { opening: header, whole, ..draft }, &remarks, aim.as_ref())?;
    Ok(if errors.is_empty() { Report::Text(text) } else { Report::PartialText(text, errors) })
}

/// Strikes the secrets that are known out of the values. That can be a name that is the same as a password.
fn scrub(context: &Context, draft: &mut NewManifest) {
    let mut found = false;
    draft.visit_texts(&mut |text| found |= context.redactor.scrub_in_place(text));
    if found {
        context.diagnostics.warn(
            "a value of the manifest holds a secret of the profile, and is written as ***; correct it before you \
             apply the manifest",
        );
    }
}

/// A manifest is a tree, and no list of rows.
fn check_form(context: &Context) -> Result<()> {
    let word = match context.options.output {
        Format::Table | Format::Json | Format::Yaml => return Ok(()),
        Format::Jsonl => "jsonl",
        Format::Csv => "csv",
        Format::Markdown => "markdown",
        Format::Prometheus => "prometheus",
    };
    Err(Error::new(Kind::Usage, format!("--output {word}: a manifest cannot be written in that form"))
        .hint("leave it out for TOML, or use -o yaml or -o json"))
}

fn vendor(name: &str) -> Result<&'static dyn Vendor> {
    vendors::asked(name).map_err(|mut error| {
        error.message = format!("--for: {}", error.message);
        error
    })
}

/// The only profile of a vendor.
fn only_profile(context: &Context, vendor: &dyn Vendor) -> Option<String> {
    let name = vendor.facts().name;
    if context.options.sandbox {
        return Some(name.to_owned());
    }
    let mut fit =
        context.book().ok()?.list().into_iter().filter(|listed| listed.vendor.as_deref() == Some(name));
    fit.next().filter(|_| fit.next().is_none()).map(|listed| listed.name)
}

/// Refuses --account if none of the profiles has accounts.
fn check_accounts(sessions: &[Result<Session>], accounts: &[String]) -> Result<()> {
    let mut known = sessions.iter().filter_map(|session| session.as_ref().ok()).peekable();
    let first = known.peek().copied();
    match (first, accounts.first()) {
        (Some(session), Some(name)) if !known.any(|session| session.vendor().facts().has_accounts()) => {
            account(session, Some(name)).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// What the file is, above its entries.
fn header(holdings: &[Holding], aim: Option<&Aim>) -> Vec<String> {
    let mut names: Vec<String> = holdings.iter().map(|holding| excerpt(&holding.profile, 80)).collect();
    names.sort();
    if names.is_empty() {
        return Vec::new();
    }
    let what = match aim {
        Some(aim) => {
            format!("What exists on {}, written for {}.", names.join(", "), aim.vendor.facts().title)
        }
        None => format!("What exists on {}.", names.join(", ")),
    };
    vec![format!("{what} See the end for what it leaves open.")]
}

/// The manifest in the requested form. Notes are comments, or go to standard error.
fn written(
    context: &Context,
    mut draft: NewManifest,
    remarks: &Remarks,
    aim: Option<&Aim>,
) -> Result<String> {
    scrub(context, &mut draft);
    if context.options.output == Format::Json {
        for note in remarks.notes() {
            context.diagnostics.note(&note);
        }
        return draft.json();
    }
    let mut closing = remarks.sections(aim.map(|aim| aim.vendor.facts().title));
    for line in closing.iter_mut().flat_map(|section| &mut section.lines) {
        context.redactor.scrub_in_place(line);
    }
    let draft = NewManifest { closing, ..draft };
    if context.options.output == Format::Yaml { Ok(draft.yaml()) } else { Ok(draft.toml()) }
}
