//! The adapter against the pages, and against the simulator.

mod answers;
mod lists;
mod requests;
mod rounds;

use serde_json::{Value, json};

use super::Yeastar;
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::vendors::call::{Call, Fault, Page, Response};
use crate::vendors::tests::rig;

const BASE: &str = "https://192.0.2.10:8088";

fn profile() -> Profile {
    let settings = [("base_url", BASE), ("client_id", "id")];
    rig::profile(&Yeastar, &settings, &[("client_secret", Secret::known("canary"))])
}

/// Reads an answer of HTTP 200.
fn read<T>(call: &Call<T>, body: &str) -> Result<T, Fault> {
    (call.read)(&Response { status: 200, headers: Vec::new(), body: body.into() })
}

/// A page of a list with these rows.
fn rows(total: u64, rows: &[Value]) -> String {
    json!({"errcode": 0, "errmsg": "SUCCESS", "total_number": total, "data": rows}).to_string()
}

/// A page of trunks with these ids.
fn trunks(total: u64, ids: impl IntoIterator<Item = u64>) -> String {
    let list: Vec<Value> = ids.into_iter().map(|id| json!({"id": id, "name": format!("t{id}")})).collect();
    rows(total, &list)
}

fn fault<T>(result: Result<Page<T>, Fault>) -> Fault {
    result.err().expect("a fault")
}
