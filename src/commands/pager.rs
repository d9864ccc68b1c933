//! Shows what is written page by page, on a terminal.

use std::env;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Where a review is written: standard output, or a pager before it.
pub enum Screen {
    Plain(BufWriter<io::StdoutLock<'static>>),
    Paged(Pager),
}

/// A pager, which ends before this program does.
pub struct Pager {
    child: Child,
    /// Nothing when all is written.
    input: Option<BufWriter<ChildStdin>>,
}

impl Screen {
    /// A pager if standard output is a terminal, one is there, and it is wanted.
    pub fn new(wanted: bool) -> Self {
        let stdout = io::stdout();
        if wanted
            && stdout.is_terminal()
            && let Some(pager) = Pager::start()
        {
            return Self::Paged(pager);
        }
        Self::Plain(BufWriter::new(stdout.lock()))
    }
}

impl Pager {
    fn start() -> Option<Self> {
        let chosen = ["BODYCOPY_PAGER", "PAGER"].into_iter().find_map(env::var_os);
        let mut command = match chosen {
            // Nothing, or `cat`, is the custom for: none.
            Some(chosen) if chosen.is_empty() || chosen == "cat" => return None,
            Some(chosen) if cfg!(unix) => {
                let mut command = Command::new("sh");
                command.arg("-c").arg(chosen);
                command
            }
            Some(chosen) => Command::new(chosen),
            None => Command::new("less"),
        };
        if env::var_os("LESS").is_none() {
            // It ends if all fits, shows colours, and leaves what it showed.
            command.env("LESS", "FRX");
        }
        let mut child = command.stdin(Stdio::piped()).spawn().ok()?;
        let input = child.stdin.take().map(BufWriter::new);
        Some(Self { child, input })
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        // The pager may be gone, or whoever reads may not want the rest.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Paged(pager) => pager.input.as_mut().map_or(Ok(bytes.len()), |input| input.write(bytes)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Paged(pager) => pager.input.as_mut().map_or(Ok(()), BufWriter::flush),
        }
    }
}
