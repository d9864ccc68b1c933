//! Takes files out of their compression, and puts them back into the same.
//!
//! Gzip is compressed on all cores and yet becomes a single member: each portion is deflated by whoever cleaned it and ends on a whole byte, so that they can
//! be strung together. Zstandard becomes a single frame, as many readers stop after the first. Only web archives have a member for each record, as
//! their format asks.

use std::io::{self, BufReader, Read, Write};

use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use super::error::FileError;
use super::format::{Format, Kind, Packing};

const GZIP_HEADER: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\xff";
/// An empty last block.
const DEFLATE_END: &[u8] = b"\x03\0";

/// Reads the decompressed contents of a file.
pub fn reader<'i>(input: impl Read + Send + 'i, packing: Packing) -> io::Result<Box<dyn Read + Send + 'i>> {
    Ok(match packing {
        Packing::None => Box::new(input),
        Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(128 << 10, input))),
        Packing::Zstd => Box::new(zstd::Decoder::new(input)?),
    })
}

/// Says what it means that reading failed.
pub fn read_error(packing: Packing, error: io::Error) -> FileError {
    // An error of the system has a code; one of a decoder has none.
    match packing {
        Packing::None => FileError::Read(error),
        _ if error.raw_os_error().is_some() => FileError::Read(error),
        Packing::Gzip => FileError::Packed("gzip", error),
        Packing::Zstd => FileError::Packed("zstd", error),
    }
}

/// What bytes become on their way into a file, as far as that can be done apart.
#[derive(Debug)]
pub enum Packed {
    /// They are written as they are, or compressed on the way.
    Plain,
    /// Deflated, up to a whole byte.
    Deflated {
        /// What is written.
        bytes: Vec<u8>,
        /// Of what it was.
        crc: Crc,
    },
    /// Whole members or frames.
    Members(Vec<u8>),
    /// They are a part of a record that is too long to be held at once.
    Part {
        /// They are the record's end.
        last: bool,
    },
}

/// Compresses what can be compressed apart. `ends` are the ends of the records, for formats that have a member for each.
pub fn pack(format: Format, bytes: &[u8], ends: &[usize]) -> io::Result<Packed> {
    match (format.packing, format.kind) {
        (Packing::None, _) => Ok(Packed::Plain),
        (packing, Kind::Warc) => {
            let mut members = Vec::with_capacity(bytes.len() / 2);
            let mut start = 0;
            for &end in ends {
                member(packing, &bytes[start..end], &mut members)?;
                start = end;
            }
            if start < bytes.len() {
                member(packing, &bytes[start..], &mut members)?;
            }
            Ok(Packed::Members(members))
        }
        (Packing::Gzip, _) => {
            let mut crc = Crc::new();
            crc.update(bytes);
            Ok(Packed::Deflated {
                bytes: deflate(bytes)?,
                crc,
            })
        }
        (Packing::Zstd, _) => Ok(Packed::Plain),
    }
}

fn member(packing: Packing, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    match packing {
        Packing::None => out.extend_from_slice(bytes),
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(out, Compression::default());
            encoder.write_all(bytes)?;
            encoder.finish()?;
        }
        Packing::Zstd => zstd::stream::copy_encode(bytes, out, 0)?,
    }
    Ok(())
}

fn deflate(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut deflate = Compress::new(Compression::default(), false);
    let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
    loop {
        let rest = &bytes[deflate.total_in() as usize..];
        let status = deflate
            .compress_vec(rest, &mut out, FlushCompress::Sync)
            .map_err(io::Error::other)?;
        let all_in = deflate.total_in() as usize == bytes.len();
        // Room was left, so nothing waits to be written.
        if all_in && (out.len() < out.capacity() || status == Status::BufError) {
            return Ok(out);
        }
        out.reserve(out.capacity().max(1024));
    }
}

/// Writes a file in its compression, portion by portion.
pub struct Packer<W: Write> {
    format: Format,
    out: Out<W>,
    crc: Crc,
}

enum Out<W: Write> {
    Plain(W),
    Zstd(Box<zstd::Encoder<'static, W>>),
    /// In the middle of a record that comes in parts.
    Member(Box<GzEncoder<W>>),
    /// Only while one becomes another.
    None,
}

impl<W: Write> Packer<W> {
    /// Begins a file.
    pub fn new(format: Format, mut out: W) -> io::Result<Self> {
        let out = match (format.packing, format.kind) {
            (Packing::None, _) | (_, Kind::Warc) => Out::Plain(out),
            (Packing::Gzip, _) => {
                out.write_all(GZIP_HEADER)?;
                Out::Plain(out)
            }
            (Packing::Zstd, _) => Out::Zstd(Box::new(checked_zstd(out)?)),
        };
        Ok(Self {
            format,
            out,
            crc: Crc::new(),
        })
    }

    /// Writes the next portion.
    pub fn write(&mut self, bytes: &[u8], packed: &Packed) -> io::Result<()> {
        match packed {
            Packed::Plain => match &mut self.out {
                Out::Plain(out) => out.write_all(bytes),
                Out::Zstd(out) => out.write_all(bytes),
                Out::Member(out) => out.write_all(bytes),
                Out::None => Ok(()),
            },
            Packed::Deflated { bytes, crc } => {
                self.crc.combine(crc);
                self.plain()?.write_all(bytes)
            }
            Packed::Members(bytes) => self.plain()?.write_all(bytes),
            Packed::Part { last } => self.part(bytes, *last),
        }
    }

    fn plain(&mut self) -> io::Result<&mut W> {
        match &mut self.out {
            Out::Plain(out) => Ok(out),
            _ => Err(io::Error::other("a portion in another compression")),
        }
    }

    fn part(&mut self, bytes: &[u8], last: bool) -> io::Result<()> {
        self.out = match (std::mem::replace(&mut self.out, Out::None), self.format.packing) {
            (Out::Plain(out), Packing::Gzip) => Out::Member(Box::new(GzEncoder::new(out, Compression::default()))),
            (Out::Plain(out), Packing::Zstd) => Out::Zstd(Box::new(checked_zstd(out)?)),
            (out, _) => out,
        };
        match &mut self.out {
            Out::Plain(out) => out.write_all(bytes)?,
            Out::Zstd(out) => out.write_all(bytes)?,
            Out::Member(out) => out.write_all(bytes)?,
            Out::None => {}
        }
        if last {
            self.out = match std::mem::replace(&mut self.out, Out::None) {
                Out::Zstd(out) => Out::Plain(out.finish()?),
                Out::Member(out) => Out::Plain(out.finish()?),
                out => out,
            };
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> io::Result<W> {
        match self.out {
            Out::Zstd(out) => out.finish(),
            Out::Member(out) => out.finish(),
            Out::Plain(ref mut out) if self.format.packing == Packing::Gzip && self.format.kind != Kind::Warc => {
                out.write_all(DEFLATE_END)?;
                out.write_all(&self.crc.sum().to_le_bytes())?;
                // The size modulo 2^32, as the format has it.
                out.write_all(&self.crc.amount().to_le_bytes())?;
                self.into_plain()
            }
            _ => self.into_plain(),
        }
    }

    fn into_plain(self) -> io::Result<W> {
        match self.out {
            Out::Plain(out) => Ok(out),
            _ => Err(io::Error::other("a file that was ended twice")),
        }
    }
}

fn checked_zstd<W: Write>(out: W) -> io::Result<zstd::Encoder<'static, W>> {
    let mut encoder = zstd::Encoder::new(out, 0)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_become_one_file() {
        let portions: Vec<Vec<u8>> = [0usize, 1, 100, 700_000, 0, 3]
            .iter()
            .map(|&length| (0..length).map(|at| (at * at / 7 % 251) as u8).collect())
            .collect();
        for name in ["text", "jsonl.gz", "jsonl.zst", "warc.gz", "warc.zst", "warc"] {
            let format: Format = name.parse().expect("a format");
            let mut packer = Packer::new(format, Vec::new()).expect("memory");
            for portion in &portions {
                let packed = pack(format, portion, &[portion.len() / 2, portion.len()]).expect("memory");
                packer.write(portion, &packed).expect("memory");
            }
            if format.kind == Kind::Warc {
                for last in [false, true] {
                    packer.write(b"part", &Packed::Part { last }).expect("memory");
                }
                packer
                    .write(b"end", &pack(format, b"end", &[3]).expect("memory"))
                    .expect("memory");
            }
            let file = packer.finish().expect("memory");
            let mut back = Vec::new();
            reader(io::Cursor::new(file), format.packing)
                .expect("memory")
                .read_to_end(&mut back)
                .expect(name);
            let mut whole = portions.concat();
            if format.kind == Kind::Warc {
                whole.extend(b"partpartend");
            }
            assert!(back == whole, "{name}");
        }
    }
}
