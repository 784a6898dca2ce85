//! `trunkctl sandbox …`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::lazy::Lazy;

/// What to do with the sandbox.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Serve the simulators until Ctrl-C, and print a matching profiles file
    #[command(after_help = "Examples:
  trunkctl sandbox serve --listen 127.0.0.1:8099 > sandbox.toml &
  trunkctl --profiles-file sandbox.toml -p zoom trunk create \\
      --master-trunk trunk-a
  trunkctl sandbox serve --sip 127.0.0.1:50600")]
    Serve(Lazy<Serve>),
    /// Delete all objects in the simulators that --sandbox uses
    #[command(after_help = "Example:
  trunkctl sandbox reset")]
    Reset,
}

/// `sandbox serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// The address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Also answer SIP OPTIONS over UDP on this address, as the far end of a trunk
    #[arg(long, value_name = "ADDR")]
    pub sip: Option<SocketAddr>,
    /// Keep the state in this file; without it, the state is lost on exit
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Make calls fail, for tests; repeatable
    #[arg(long, value_name = "SPEC", long_help = FAULTS)]
    pub fault: Vec<String>,
}

const FAULTS: &str = "\
Make calls fail, for tests; repeatable.
SPEC is a fault: drop-before, drop-after (processed, but no answer is sent),
delay=20ms, delay-after=20ms (processed, but answered late), status=503,
html=502, truncate, garbage, clock=-3600s, expire-token, odd-tokens (page tokens
with characters that must be percent-encoded), quota=4/1s (more than 4 calls in
a second get 429), or quota=6000/day (a UTC day; the answer says when it ends).
Filters follow after semicolons: call=TEXT (a part of
`POST /yeastar/openapi/v1.0/trunk/create`), skip=N, count=N, chance=0.5, seed=N.
A status or a quota also accepts header=NAME:VALUE.
Example: --fault 'drop-after;call=trunk/create;count=1'";
