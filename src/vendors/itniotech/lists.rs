//! Requests that read, and lists, which are asked for page by page.

use std::hash::Hash;

use serde_json::{Map, Value, json};

use super::read;
use super::requests::{get, post};
use crate::model::profile::Profile;
use crate::model::support::Operation;
use crate::model::trunk::ActualTrunk;
use crate::vendors::call::{Call, Effect, Fault, Page};
use crate::vendors::codes::After;
use crate::vendors::paging::{Row, Sieve, repeats};
use crate::vendors::{Identity, LookupEntry};

/// Rows asked for at once: the most that a query takes.
const PAGE_SIZE: u64 = 100;

/// `sipTrunk/query`. Its search is fuzzy.
pub fn list_trunks(profile: &Profile, search: Option<&str>) -> Call<Page<ActualTrunk>> {
    let list = List {
        endpoint: "sipTrunk/query",
        params: params("sipTrunkName", search.unwrap_or_default()),
        row: read::trunk,
        id: |actual: &ActualTrunk| &actual.id,
    };
    list.page(profile.clone(), Before::default())
}

/// `seatGroup/query`. Its search is fuzzy.
pub fn look_up(profile: &Profile, what: Operation, search: Option<&str>) -> Option<Call<Page<LookupEntry>>> {
    let list = List {
        endpoint: "seatGroup/query",
        params: params("groupName", search.unwrap_or_default()),
        row: read::group,
        id: |entry: &LookupEntry| &entry.id,
    };
    (what == Operation::FindAgentGroup).then(|| list.page(profile.clone(), Before::default()))
}

/// `getBalance`, which belongs to the account and not to the contact center.
pub fn identify(profile: &Profile) -> Call<Identity> {
    Call::new("sms/getBalance", Effect::Read, get(profile, "sms/getBalance"), read::balance)
}

fn params(key: &str, search: &str) -> Map<String, Value> {
    let search = Some(search).filter(|search| !search.is_empty());
    search.map(|search| (key.to_owned(), Value::from(search))).into_iter().collect()
}

/// A list that is asked for page by page.
struct List<R, T> {
    endpoint: &'static str,
    params: Map<String, Value>,
    row: fn(R) -> T,
    id: fn(&T) -> &String,
}

/// What the earlier pages returned.
#[derive(Clone, Default)]
struct Before {
    pages: u64,
    sieve: Sieve,
    total: Option<u64>,
}

impl<R: serde::de::DeserializeOwned + 'static, T: Row + 'static> List<R, T> {
    /// One page, and then the next until the stated total was read, or, without a total, until a page is
    /// empty. The size that a page repeats is ignored: the vendor's own sample contradicts its request.
    fn page(self, profile: Profile, before: Before) -> Call<Page<T>> {
        let body = json!({"current": before.pages + 1, "size": PAGE_SIZE, "params": self.params});
        let request = post(&profile, self.endpoint, body);
        Call::new(self.endpoint, Effect::Read, request, move |response| {
            let (rows, total) = read::rows(response, before.pages, self.row)?;
            let (empty, mut now) = (rows.is_empty(), before.clone());
            now.pages += 1;
            // A row that moved to this page while the list was read is given once.
            let mut items = rows;
            let sifted = now.sieve.sift(now.pages, &mut items, |item, hasher| (self.id)(item).hash(hasher));
            let count = sifted.rows;
            // A total below the number of rows so far is wrong, and does not replace the total of an earlier page.
            let total = [total, before.total].into_iter().flatten().find(|total| *total >= count);
            now.total = total;
            let whole = total.map_or(empty, |total| total == count);
            if items.is_empty() && !whole {
                return Err(read::shortfall(response, count, total));
            }
            if let Some(why) = repeats(sifted, PAGE_SIZE) {
                return Err(Fault { after: After::GiveUp, ..read::unreadable(response, &why) });
            }
            let next = (!whole).then(|| self.again().page(profile.clone(), now));
            Ok(Page { items, total, repeated: sifted.repeated, next })
        })
    }

    fn again(&self) -> Self {
        Self { endpoint: self.endpoint, params: self.params.clone(), row: self.row, id: self.id }
    }
}
