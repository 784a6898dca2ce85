//! Reads lists page by page, with limits.

use futures_util::future::{maybe_done, poll_immediate};

use super::fault::Failed;
use super::limits::{MOST_KEPT, MOST_ROWS, Room};
use super::session::Session;
use crate::model::error::{Error, Result};
use crate::vendors::call::{Call, Effect, Page};
use crate::vendors::paging::Row;

/// The maximum number of consecutive empty pages in a list.
const MOST_EMPTY: u64 = 3;

/// The state of reading a list.
#[derive(Debug, Default)]
struct Progress {
    rows: u64,
    repeated: u64,
    /// Empty pages since the last page with rows.
    empty: u64,
}

impl Progress {
    /// Counts a page. Fails if the list seems endless.
    fn count<T>(&mut self, page: &Page<T>, failed: Failed<'_>) -> Result<()> {
        self.rows += page.items.len() as u64;
        self.repeated += page.repeated;
        self.empty = if page.items.is_empty() { self.empty + 1 } else { 0 };
        if self.empty > MOST_EMPTY {
            return Err(failed.lost("the list does not end: too many empty pages"));
        }
        if self.rows > MOST_ROWS {
            let hint = "the vendor may be repeating its list with new ids; ask its support";
            return Err(too_long(failed, &format!("the list has more than {MOST_ROWS} rows"), hint));
        }
        Ok(())
    }
}

/// The error of a list that is too long. Reading it again would not help.
fn too_long(failed: Failed<'_>, why: &str, hint: &str) -> Error {
    let mut error = failed.lost(why);
    error.retryable = false;
    error.hint(hint)
}

impl Session {
    /// Every row of a list, over all pages. A list that takes more than [`MOST_KEPT`] bytes is an error.
    pub async fn read_all<T: Row>(&self, first: Call<Page<T>>) -> Result<Vec<T>> {
        self.read_all_into(first, &Room::default()).await
    }

    /// The same, with a memory budget that several lists share.
    pub async fn read_all_into<T: Row>(&self, first: Call<Page<T>>, room: &Room) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        let keep = |row: T| {
            let size = row.size();
            rows.push(row);
            size
        };
        self.read_each(first, room, keep).await?;
        Ok(rows)
    }

    /// Passes every row of a list to a caller that keeps all or a part of it, and returns how many bytes that takes.
    pub async fn read_each<T: Send + 'static>(
        &self,
        first: Call<Page<T>>,
        room: &Room,
        mut keep: impl FnMut(T) -> usize,
    ) -> Result<()> {
        let name = first.name;
        let mut take = |page: Vec<T>| {
            for row in page {
                if !room.take(keep(row)) {
                    return Err(self.too_large(name));
                }
            }
            Ok(true)
        };
        self.read_pages(first, &mut take).await
    }

    /// The error of a read whose result cannot be kept.
    pub fn too_large(&self, name: &str) -> Error {
        let why =
            format!("the rows that this command must keep in memory take more than {} MiB", MOST_KEPT >> 20);
        let hint = "use a list command with -o jsonl, which has no such limit";
        too_long(self.failed(name, Effect::Read), &why, hint)
    }

    /// Passes the rows of a list to `take`, page by page, until it returns false. Stops at an error, also of `take`,
    /// and at an endless list. A page is requested while the rows of the one before are taken.
    pub async fn read_pages<T: Send + 'static>(
        &self,
        first: Call<Page<T>>,
        take: &mut dyn FnMut(Vec<T>) -> Result<bool>,
    ) -> Result<()> {
        self.pages(first, true, take).await
    }

    /// The same for a search, which requests no page before `take` has asked for it.
    pub async fn search_pages<T: Send + 'static>(
        &self,
        first: Call<Page<T>>,
        take: &mut dyn FnMut(Vec<T>) -> Result<bool>,
    ) -> Result<()> {
        self.pages(first, false, take).await
    }

    async fn pages<T: Send + 'static>(
        &self,
        first: Call<Page<T>>,
        ahead: bool,
        take: &mut dyn FnMut(Vec<T>) -> Result<bool>,
    ) -> Result<()> {
        let (name, mut progress) = (first.name, Progress::default());
        let mut next = Some(Box::pin(maybe_done(self.read(first))));
        while let Some(mut reading) = next {
            reading.as_mut().await;
            let Some(page) = reading.as_mut().take_output() else { break };
            let page = page?;
            progress.count(&page, self.failed(name, Effect::Read))?;
            next = page.next.map(|call| Box::pin(maybe_done(self.read(call))));
            if let Some(following) = next.as_mut().filter(|_| ahead) {
                poll_immediate(following.as_mut()).await;
            }
            if !take(page.items)? {
                break;
            }
        }
        if progress.repeated > 0 {
            self.diagnostics().warn(&format!(
                "{name}: duplicate rows: {}, probably because the list changed while it was read. Each is used once; \
                 run the command again to make sure that no row is missing",
                progress.repeated
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::redact::Redactor;
    use crate::vendors;

    fn page(rows: usize, repeated: u64) -> Page<()> {
        Page { items: vec![(); rows], total: None, repeated, next: None }
    }

    fn count(progress: &mut Progress, rows: usize, repeated: u64) -> Result<()> {
        let facts = vendors::ALL[0].facts();
        let redactor = &Redactor::default();
        progress.count(&page(rows, repeated), Failed { facts, call: "list", effect: Effect::Read, redactor })
    }

    #[test]
    fn a_list_has_a_million_rows_at_most() {
        let mut progress = Progress::default();
        for _ in 0..1000 {
            count(&mut progress, 1000, 1).unwrap();
        }
        assert_eq!(progress.repeated, 1000);
        let error = count(&mut progress, 1, 0).unwrap_err();
        assert!(error.message.contains("more than 1000000 rows") && !error.retryable, "{error}");
    }

    #[test]
    fn some_pages_may_be_empty() {
        let mut progress = Progress::default();
        for rows in [0, 0, 0, 1, 0, 0, 0] {
            count(&mut progress, rows, 0).unwrap();
        }
        let error = count(&mut progress, 0, 0).unwrap_err();
        assert!(error.message.contains("too many empty pages") && error.retryable, "{error}");
    }
}
