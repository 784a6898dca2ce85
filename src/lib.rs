//! trunkctl manages SIP trunks of several vendors from the command line. This page describes its architecture.
//!
//! # Vendors are pure, one engine does the I/O
//!
//! A vendor is a folder of ordinary functions behind the small synchronous trait [`vendors::Vendor`]. It turns a
//! request of the common model into a [`vendors::call::Call`], and the vendor's answer into a value of the common
//! model or a [`vendors::call::Fault`]. It never waits, prints, opens a file, or reads the clock or the environment.
//!
//! A `Call` is plain data: the HTTP request, its effect (read, write or log-in), the places of its secrets, the
//! vendor's name for it, and a reader for its answer. It contains no credentials. For each attempt, the engine adds
//! the secrets and credentials to a *copy*, sends it, reads the answer, and decides whether to retry. A dry run, a
//! curl command and a log line render the same request with other values in the places of the secrets, so no vendor
//! can forget to mask a secret, renew a token or resend a request.
//!
//! Because vendors are pure, a program can use them without a network:
//!
//! ```
//! use trunkctl::model::trunk::Trunk;
//! use trunkctl::vendors;
//!
//! for vendor in vendors::ALL {
//!     // No vendor creates a trunk without any field.
//!     let verdict = vendor.check_create(&Trunk::default());
//!     assert!(!verdict.errors.is_empty(), "{}", vendor.facts().title);
//! }
//! ```
//!
//! # The rooms
//!
//! Each folder of `src` is a room. The order below goes from the ground up: a room uses only rooms above it.
//! `cli` and `output` use only the model, and only `commands` and `program` use `cli`. Two files never import each other, unless one is the parent of the other. A test checks all of this.
//!
//! | room | content |
//! | --- | --- |
//! | [`model`] | the common nouns: trunk, number, secret, change, error; the table of trunk fields; comparing and checking values |
//! | `state` | files that trunkctl keeps between runs: storage, locks, keyed digests |
//! | [`vendors`] | the trait and the adapters, with their tables of abilities, fields and error codes, and their simulators |
//! | [`engine`] | sessions, credentials, HTTP, tokens, rate limits, retries, the journal, redaction, dry runs |
//! | `sandbox` | the HTTP server around the simulators, faults on demand, and a SIP server as the far end of trunks |
//! | `input` | reads files with positions: TOML, YAML and JSON, lists of rows, manifests, trunk files |
//! | `config` | profiles, the source of each key, secret references |
//! | `context` | the environment of a command: variables, folders, prompts, sessions, cancellation |
//! | `ops` | operations on resources: find an object, resolve references, check a write whose answer was lost |
//! | `bulk` | bulk writes: from the rows of a list to calls, outcomes and the results file |
//! | `reconcile` | manifests: desired and actual state, diff, plan, execution, verification |
//! | `export` | from the actual state to a manifest, optionally converted for another vendor |
//! | `probe` | whether a SIP server answers: server location, connection, TLS, one OPTIONS request |
//! | `guide` | the guide for users: one Markdown page for each topic |
//! | `cli` | the clap tree |
//! | `output` | the only code that prints |
//! | `commands` | from parsed arguments to a report, one file per noun |
//! | [`program`] | the edge: arguments, streams, signals, exit code |
//!
//! # One field on its way from the command line to the vendor
//!
//! ```text
//! argv ─► cli ─► commands ─► vendor.check_create ─► ops ─► vendor.create_trunk ─► Call ─► engine ─► report ─► output
//!                                 (pure)                       (pure)                 (the only I/O)
//! ```
//!
//! 1. `model/fields.rs` declares the field `codecs` with its flag `--codecs`. `cli/trunk.rs` creates the flag from
//!    this table.
//! 2. `commands/spec.rs` merges the flags into the trunk file, which `input/file.rs` read.
//! 3. `model/check.rs` refuses values that no vendor accepts. `vendors/check.rs` refuses values that this vendor does
//!    not accept, according to the table in `vendors/yeastar/abilities.rs`.
//! 4. `ops/references.rs` resolves names in the trunk to ids.
//! 5. `vendors/yeastar/write.rs` creates the call. In the struct of `vendors/yeastar/wire.rs`, the field is
//!    `codec_sel`.
//! 6. `engine/write.rs` records the write in the journal, and `engine/session.rs` sends it. If the answer is lost,
//!    `ops/trunks.rs` checks whether the vendor applied the write.
//!
//! # The same field on its way from a manifest to the vendor
//!
//! ```text
//! files ──► input::manifest ─► reconcile::check ─► reconcile::desired ─┐
//!                                                                      ├─► reconcile::diff ─► plan ─► reconcile::execute
//! vendors ─► engine ─────────────────────────────► reconcile::actual ──┘       (pure)          │
//!                                                                                              └─► output::plan
//! ```
//!
//! 1. `input/manifest/entry.rs` reads `codecs = ["ulaw", "alaw"]` of a `[[trunk]]` with its position.
//! 2. `reconcile/check.rs` refuses it, before anything is sent, if the vendor of a profile does not support it.
//! 3. `reconcile/desired.rs` derives the desired trunk of each profile, and `reconcile/actual.rs` reads the existing
//!    one.
//! 4. `reconcile/diff/trunk.rs` compares the two with `model/diff.rs`; for codecs, the order matters.
//! 5. `output/plan/text.rs` shows the difference.
//! 6. `reconcile/execute.rs` makes the changes in a safe order. `ops/trunks.rs` gets the call from
//!    `vendors/yeastar/write.rs`, and the engine sends it as above.
//! 7. `ops/verify.rs` reads the trunk back, and compares it with the desired one.
//!
//! # Decisions
//!
//! * A `Call` has a [`vendors::call::Slot`] for each secret, beside the request. The request itself contains no
//!   secret, and a slot also knows which variable contains the secret in a shell.
//! * A page of a list contains the call for the next page ([`vendors::call::Page`]). The vendor knows how paging
//!   works, the engine does it.
//! * Work that takes several calls (find a trunk, read it, compare, write, read back) is plain `async` code over
//!   single calls, written once for all vendors. No vendor knows about plans, so a new vendor gets plans as soon as
//!   trunkctl can read and write its objects.
//! * `abilities.rs` of a vendor contains everything that a table can express: operations, fields, profile keys.
//!   `rules.rs` contains the rest.
//! * What a manifest owns is declared in it. Only keyed digests of values that no vendor returns are stored, per
//!   account (`state/digests.rs`). If they are lost, such a value is sent once more.

mod bulk;
mod cli;
mod commands;
mod config;
mod context;
pub mod engine;
mod export;
mod guide;
mod input;
pub mod model;
mod ops;
mod output;
mod probe;
pub mod program;
mod reconcile;
mod sandbox;
mod state;
pub mod vendors;

/// What this package's own tests, benchmarks and fuzz targets look at. No promise to anybody else.
#[doc(hidden)]
pub mod internal {
    pub use crate::bulk::numbers::{Additions, Removals};
    pub use crate::bulk::validate::{Items, good, rows, validate};
    pub use crate::cli::Cli;
    pub use crate::commands::matrix_markdown;
    pub use crate::config::profiles::COMMON;
    pub use crate::input::format::Format;
    pub use crate::input::manifest::{Entry, Manifest, ProfileVars, Vars, What};
    pub use crate::input::rows::Sheet;
    pub use crate::input::tree::{Node, read};
    pub use crate::probe::message::{Ids, Read as SipInput, Reply as SipReply, read as read_sip};
    pub use crate::sandbox::start;
}
