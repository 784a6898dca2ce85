//! Requests that read, and lists over several pages. The vendor states a total and no largest page, so rows are counted
//! by their ids.

use std::hash::Hash;

use super::read::{self, Row};
use super::requests::{get, trunk_id};
use super::wire::{EntryRow, TrunkRow};
use crate::model::error::Result;
use crate::model::profile::Profile;
use crate::model::support::Operation;
use crate::model::trunk::ActualTrunk;
use crate::vendors::call::{Call, Effect, Fault, Page, Response};
use crate::vendors::codes::After;
use crate::vendors::paging::{Sieve, repeats};
use crate::vendors::{Identity, LookupEntry};

/// Rows asked for at once.
const PAGE_SIZE: u64 = 100;

/// `trunk/list`, or `trunk/search` with a search text.
pub fn list_trunks(profile: &Profile, search: Option<&str>) -> Call<Page<ActualTrunk>> {
    let endpoint = if search.is_some() { "trunk/search" } else { "trunk/list" };
    page::<TrunkRow>(endpoint, profile.clone(), search.map(str::to_owned), Progress::default())
}

/// `trunk/get`
pub fn get_trunk(profile: &Profile, id: &str) -> Result<Call<ActualTrunk>> {
    let id = trunk_id(id)?.to_string();
    let request = get(profile, "trunk/get", &[("id", &id)]);
    Ok(Call::new("trunk/get", Effect::Read, request, move |response| read::got(response, &id)))
}

/// `trunk/query` ("Query Information of Multiple Trunks").
pub fn get_trunks(profile: &Profile, ids: &[String]) -> Result<Call<Vec<ActualTrunk>>> {
    let ids: Vec<String> =
        ids.iter().map(|id| trunk_id(id).map(|id| id.to_string())).collect::<Result<_>>()?;
    let request = get(profile, "trunk/query", &[("ids", &ids.join(","))]);
    Ok(Call::new("trunk/query", Effect::Read, request, move |response| read::queried(response, &ids)))
}

/// One row of `trunk/list`: reading it takes working credentials.
pub fn identify(profile: &Profile) -> Call<Identity> {
    let request = get(profile, "trunk/list", &[("page", "1"), ("page_size", "1")]);
    Call::new("trunk/list", Effect::Read, request, read::identity)
}

/// Lists or searches objects that a trunk refers to. The path of groups has no underscore; `trunk/itsp_list`
/// takes neither a page nor a search.
pub fn look_up(profile: &Profile, what: Operation, search: Option<&str>) -> Option<Call<Page<LookupEntry>>> {
    let endpoint = match (what, search) {
        (Operation::FindItsp, _) => {
            let request = get(profile, "trunk/itsp_list", &[]);
            return Some(Call::new("trunk/itsp_list", Effect::Read, request, read::itsps));
        }
        (Operation::FindExtension, None) => "extension/list",
        (Operation::FindExtension, Some(_)) => "extension/search",
        (Operation::FindExtensionGroup, None) => "extensiongroup/list",
        (Operation::FindExtensionGroup, Some(_)) => "extensiongroup/search",
        _ => return None,
    };
    Some(page::<EntryRow>(endpoint, profile.clone(), search.map(str::to_owned), Progress::default()))
}

/// How far a list has been read.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    pages: u64,
    sieve: Sieve,
    /// The totals that the first and the latest page stated.
    totals: Option<(u64, u64)>,
}

/// One page of a list, and behind it the next until as many rows were seen as the PBX says there are.
pub fn page<R: Row>(
    endpoint: &'static str,
    profile: Profile,
    search: Option<String>,
    before: Progress,
) -> Call<Page<R::Item>> {
    let (number, size) = ((before.pages + 1).to_string(), PAGE_SIZE.to_string());
    let mut query = vec![("page", number.as_str()), ("page_size", size.as_str())];
    query.extend(search.as_deref().map(|text| ("search_value", text)));
    let request = get(&profile, endpoint, &query);
    Call::new(endpoint, Effect::Read, request, move |response| {
        let (mut items, total) = match read::rows::<R>(response, before.pages) {
            Ok(rows) => rows,
            // A single object was requested, and it does not exist.
            Err(fault) if search.is_some() && before.pages == 0 && read::is_not_found(&fault) => {
                return Ok(Page { items: Vec::new(), total: Some(0), repeated: 0, next: None });
            }
            Err(fault) => return Err(read::unlisted(fault)),
        };
        let mut now = before.clone();
        now.pages += 1;
        now.totals = Some(steady(before.totals, total, response)?);
        let sifted = now.sieve.sift(now.pages, &mut items, |row, hasher| R::id(row).hash(hasher));
        if sifted.rows > total || (items.is_empty() && sifted.rows < total) {
            return Err(read::miscount(response, sifted.rows, total));
        }
        if let Some(why) = repeats(sifted, PAGE_SIZE) {
            return Err(Fault { after: After::GiveUp, ..Fault::unquoted(response, &why) });
        }
        let next = (sifted.rows < total).then(|| page::<R>(endpoint, profile.clone(), search.clone(), now));
        Ok(Page { items, total: Some(total), repeated: sifted.repeated, next })
    })
}

/// A row that goes while the list is read moves one unread row to a page that was read. Rows that come are
/// counted, up to a page of them: a total that runs ahead of the reader would never be reached.
fn steady(before: Option<(u64, u64)>, total: u64, response: &Response) -> Result<(u64, u64), Fault> {
    let Some((first, latest)) = before else { return Ok((total, total)) };
    if total < latest || total > first.saturating_add(PAGE_SIZE) {
        let why = format!(
            "the list changed while it was read, from {latest} rows to {total}; run the command again"
        );
        // The earlier pages would have to be read again, not this one.
        return Err(Fault { after: After::GiveUp, ..Fault::unquoted(response, &why) });
    }
    Ok((first, total))
}
