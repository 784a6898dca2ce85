//! Servers of other projects as child processes that end with the test.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::Place;

/// How often a server may lose a port to another process before it binds it.
const MOST_STARTS: usize = 3;
/// How often a server is asked whether it is ready; with the pauses, for about ten seconds.
const MOST_QUESTIONS: u32 = 40;
/// How long a question waits for its answer.
const PATIENCE: Duration = Duration::from_millis(250);

/// A test process that is killed drops nothing. The shell then gets a signal, and kills the server with all its
/// processes: Kamailio does not always end by itself while it starts.
const SUPERVISOR: &str = "trap 'kill -KILL 0' TERM; \"$0\" \"$@\" & wait $!";

/// A server that runs until it is dropped.
pub struct Daemon<const N: usize> {
    /// Its ports, on 127.0.0.1.
    pub ports: [u16; N],
    child: Child,
}

/// The whole process group, since some servers fork.
impl<const N: usize> Drop for Daemon<N> {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

impl<const N: usize> Daemon<N> {
    /// Starts a program on free ports, with the arguments that `configure` makes for them, and waits until it is ready.
    pub fn start(
        program: &str,
        place: &Place,
        configure: impl Fn(&[u16; N]) -> Vec<String>,
        is_ready: impl Fn(&[u16; N]) -> bool,
    ) -> Self {
        let path = find(program);
        let log = place.path().join(format!("{program}.log"));
        for _ in 0..MOST_STARTS {
            let ports = free_ports();
            let output = std::fs::File::create(&log).unwrap();
            let child = Command::new(find("setpriv"))
                .args(["--pdeathsig", "TERM", "sh", "-c", SUPERVISOR])
                .arg(&path)
                .args(configure(&ports))
                .current_dir(place.path())
                .process_group(0)
                .stdin(Stdio::null())
                .stdout(output.try_clone().unwrap())
                .stderr(output)
                .spawn()
                .unwrap();
            let mut daemon = Self { ports, child };
            for question in 0..MOST_QUESTIONS {
                if daemon.child.try_wait().unwrap().is_some() {
                    break;
                }
                if is_ready(&ports) {
                    return daemon;
                }
                std::thread::sleep(Duration::from_millis(5 << question.min(6)));
            }
        }
        let text = std::fs::read(&log).unwrap_or_default();
        panic!("{program} did not start: {}", String::from_utf8_lossy(&text));
    }
}

/// A program, which may be in a folder for administrators that is not in the path of other users.
#[track_caller]
pub fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let Some(found) = folders.map(|folder| folder.join(program)).find(|path| path.is_file()) else {
        panic!(
            "`{program}` is not installed; on Debian: \
             apt-get install kamailio kamailio-tls-modules sip-tester sipsak knot util-linux"
        );
    };
    found
}

/// Ports that are free for UDP and TCP.
fn free_ports<const N: usize>() -> [u16; N] {
    // All are bound at the same time, so that they differ.
    let bound = [(); N].map(|()| {
        let pair = (0..100).find_map(|_| {
            let stream = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
            let datagrams = UdpSocket::bind(stream.local_addr().ok()?).ok()?;
            Some((stream, datagrams))
        });
        pair.unwrap()
    });
    bound.map(|(stream, _)| stream.local_addr().unwrap().port())
}

/// Whether a SIP server answers OPTIONS over UDP.
pub fn answers_sip(port: u16) -> bool {
    let request = "OPTIONS sip:ready.example SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bKready\r\n\
                   Max-Forwards: 70\r\nFrom: <sip:test@ready.example>;tag=1\r\nTo: <sip:ready.example>\r\n\
                   Call-ID: ready\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
    ask(port, request.as_bytes()).is_some_and(|answer| answer.starts_with(b"SIP/2.0 "))
}

/// Whether a server accepts connections.
pub fn accepts(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Whether a DNS server answers for a zone.
pub fn answers_dns(port: u16, zone: &str) -> bool {
    let mut query = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in zone.split('.') {
        query.push(u8::try_from(label.len()).unwrap());
        query.extend(label.as_bytes());
    }
    // The root, type SOA, class IN.
    query.extend([0, 0, 6, 0, 1]);
    let answer = ask(port, &query);
    // The lower half of the fourth byte is the response code; 0 means no error.
    answer.and_then(|answer| answer.get(3).map(|flags| flags & 15)) == Some(0)
}

fn ask(port: u16, question: &[u8]) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    socket.connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    socket.send(question).ok()?;
    let mut answer = vec![0; 4096];
    let length = socket.recv(&mut answer).ok()?;
    answer.truncate(length);
    Some(answer)
}

/// A UDP port where packets are refused: its socket has another peer, so the system takes no packet of others for it.
pub fn refusing_udp() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.connect((Ipv4Addr::LOCALHOST, 9)).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}
