//! Layers over a stream of stored bytes: compression and UTF-16, told from the first bytes.
//!
//! What can be had from a damaged stream is handed over before the error is.

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, BufReader, Read};

type Stream = Box<dyn Read + Send>;

/// How many stored bytes are buffered.
const BUFFER: usize = 64 << 10;

/// The text of a stored stream: uncompressed, and UTF-16 turned into UTF-8.
pub(super) fn open(stored: Stream) -> io::Result<Stream> {
    let (magic, stored) = peek(stored)?;
    let plain: Stream = match magic {
        // RFC 1952 section 2.3.1
        [0x1F, 0x8B, ..] => Box::new(Gzip(MultiGzDecoder::new(BufReader::with_capacity(
            BUFFER, stored,
        )))),
        // RFC 8878 sections 3.1.1 and 3.1.2
        [0x28, 0xB5, 0x2F, 0xFD] | [0x50..=0x5F, 0x2A, 0x4D, 0x18] => Box::new(Zstd::new(stored)),
        _ => return wide(magic, stored),
    };
    match peek(plain) {
        Ok((magic, plain)) => wide(magic, plain),
        // The error comes again when it is read.
        Err(error) => Ok(Box::new(Broken(Some(error)))),
    }
}

fn wide(magic: [u8; 4], stream: Stream) -> io::Result<Stream> {
    Ok(match magic {
        [0xFF, 0xFE, ..] => Box::new(Utf16::new(stream, u16::from_le_bytes)),
        [0xFE, 0xFF, ..] => Box::new(Utf16::new(stream, u16::from_be_bytes)),
        _ => stream,
    })
}

/// The first four bytes, zeros where there are less, and the stream with them.
fn peek(mut stream: Stream) -> io::Result<([u8; 4], Stream)> {
    let mut first = Vec::new();
    let result = stream.by_ref().take(4).read_to_end(&mut first);
    let mut magic = [0; 4];
    for (to, from) in magic.iter_mut().zip(&first) {
        *to = *from;
    }
    match result {
        Err(error) if first.is_empty() => Err(error),
        Err(error) => Ok((
            magic,
            Box::new(io::Cursor::new(first).chain(Broken(Some(error)))),
        )),
        Ok(_) => Ok((magic, Box::new(io::Cursor::new(first).chain(stream)))),
    }
}

/// An error that was met early.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

struct Gzip(MultiGzDecoder<BufReader<Stream>>);

impl Read for Gzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| broken("gzip", error))
    }
}

/// An error of the format, told from one of the disk by having no number of the system.
fn broken(format: &str, error: io::Error) -> io::Error {
    if error.raw_os_error().is_some() {
        return error;
    }
    let what = if error.kind() == io::ErrorKind::UnexpectedEof {
        format!("the {format} stream ends too early")
    } else {
        format!("the {format} stream is damaged: {error}")
    };
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Zstandard frames, one after another.
struct Zstd {
    source: BufReader<Stream>,
    decoder: FrameDecoder,
    in_frame: bool,
    /// What comes once the text before it was read.
    error: Option<io::Error>,
}

impl Zstd {
    fn new(stored: Stream) -> Self {
        Zstd {
            source: BufReader::with_capacity(BUFFER, stored),
            decoder: FrameDecoder::new(),
            in_frame: false,
            error: None,
        }
    }

    /// Decodes a little more; false at the end of the stream.
    fn advance(&mut self) -> io::Result<bool> {
        if self.in_frame && !self.decoder.is_finished() {
            self.decoder
                .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(io::Error::other)?;
            return Ok(true);
        }
        if self.in_frame {
            self.in_frame = false;
            let stored = self.decoder.get_checksum_from_data();
            if stored.is_some() && stored != self.decoder.get_calculated_checksum() {
                return Err(io::Error::other("its checksum is wrong"));
            }
        }
        if self.source.fill_buf()?.is_empty() {
            return Ok(false);
        }
        match self.decoder.reset(&mut self.source) {
            Ok(()) => self.in_frame = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let mut skipped = self.source.by_ref().take(u64::from(length));
                io::copy(&mut skipped, &mut io::sink())?;
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(true)
    }

    fn fail(&mut self, error: io::Error) {
        let ended = self.source.fill_buf().is_ok_and(<[u8]>::is_empty);
        let kind = if ended {
            io::Error::from(io::ErrorKind::UnexpectedEof)
        } else {
            error
        };
        self.error = Some(broken("zstd", kind));
        if self.in_frame && !self.decoder.is_finished() {
            // The decoder keeps back a window of text until its frame ends: so an empty last
            // block (RFC 8878 section 3.1.1.2) is fed to it, with a checksum in case it waits
            // for one. Should that fail, the text kept back is lost with the fault reported.
            let empty: &[u8] = &[1, 0, 0, 0, 0, 0, 0];
            let _ = self
                .decoder
                .decode_blocks(empty, BlockDecodingStrategy::All);
        }
    }
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(error) => self.fail(error),
            }
        }
    }
}

/// UTF-16 text as UTF-8.
struct Utf16 {
    stream: Stream,
    unit: fn([u8; 2]) -> u16,
    /// A unit that was read in part, or the first half of a pair.
    wide: Vec<u8>,
    /// Text to be handed over, from `at` on.
    text: Vec<u8>,
    at: usize,
}

impl Utf16 {
    fn new(stream: Stream, unit: fn([u8; 2]) -> u16) -> Self {
        Utf16 {
            stream,
            unit,
            wide: Vec::new(),
            text: Vec::new(),
            at: 0,
        }
    }

    /// Decodes what was read, except for a first half that may find its second.
    fn decode(&mut self, whole: bool) {
        self.text.clear();
        self.at = 0;
        let pairs = self.wide.as_chunks::<2>().0;
        let mut used = pairs.len();
        if let Some(last) = pairs.last()
            && !whole
            && (0xD800..0xDC00).contains(&(self.unit)(*last))
        {
            used -= 1;
        }
        let units = pairs.iter().take(used).map(|pair| (self.unit)(*pair));
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(c) => self
                    .text
                    .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                // No UTF-8 either, so that it is reported with its line.
                Err(_) => self.text.push(0xFF),
            }
        }
        self.wide.drain(..used * 2);
        if whole && !self.wide.is_empty() {
            self.wide.clear();
            self.text.push(0xFF);
        }
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.text.len() {
            let old = self.wide.len();
            let mut room = [0; 8192];
            let n = self.stream.read(&mut room)?;
            self.wide
                .extend_from_slice(room.get(..n).unwrap_or_default());
            if n == 0 && old == 0 {
                return Ok(0);
            }
            self.decode(n == 0);
        }
        let mut rest = self.text.get(self.at..).unwrap_or_default();
        let n = rest.read(buffer)?;
        self.at += n;
        Ok(n)
    }
}
