//! `lookup`: the ids that a trunk refers to.

use super::columns::Columns;
use super::open;
use super::rows::Rows;
use crate::cli::lookup::Verb;
use crate::context::Context;
use crate::model::error::Result;
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::ops::references;
use crate::vendors::LookupEntry;

/// The columns of the lists.
pub fn columns() -> Columns {
    Columns::new(&["id", "number", "name", "country"], &["country", "number"], &[])
}

pub async fn run(context: &Context, verb: &Verb) -> Result<Report> {
    let (what, args) = match verb {
        Verb::Itsps(args) => (Operation::FindItsp, args),
        Verb::Extensions(args) => (Operation::FindExtension, args),
        Verb::ExtensionGroups(args) => (Operation::FindExtensionGroup, args),
        Verb::AgentGroups(args) => (Operation::FindAgentGroup, args),
    };
    let mut rows = Rows::new(context, columns(), &args.shape)?;
    let session = open(context, what).await?;
    let search = args.search.as_deref().filter(|text| !text.is_empty());
    let mut take = |page: Vec<LookupEntry>| {
        rows.take_objects(page.into_iter().filter(|entry| search.is_none_or(|text| holds(entry, text))))
    };
    references::list(&session, what, search, &mut take).await?;
    Ok(rows.finish())
}

/// What a vendor's search matches is its own affair; the same text gives the same rows everywhere.
fn holds(entry: &LookupEntry, text: &str) -> bool {
    let text = text.to_lowercase();
    [&entry.number, &entry.name, &entry.country]
        .into_iter()
        .flatten()
        .any(|own| own.to_lowercase().contains(&text))
}
