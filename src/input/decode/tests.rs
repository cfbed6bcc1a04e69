//! Archives whole, cut, flipped, too large: what comes out, and what is said of the rest.

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::PathBuf;

use flate2::Crc;

use super::chain::{Chain, Then};
use super::memory::{DECODER_BYTES_MAX, Memory, WINDOW_BYTES_MAX};
use super::{Compression, DecodeError, Decoder, ReadError, SNIFF_BYTES, Status, sniff};

pub(super) const FORMATS: [Compression; 5] =
    [Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz, Compression::Lz4];

/// Bytes that are shown by their number and a checksum.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Plain(pub(super) Vec<u8>);

impl std::fmt::Debug for Plain {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} bytes {:08x}", self.0.len(), xxhash_rust::xxh32::xxh32(&self.0, 0))
    }
}

/// What an archive gave: its bytes, and how it ended.
pub(super) type Outcome = (Plain, Result<(), DecodeError>);

/// An archive of which nothing is wrong.
fn whole(plain: &[u8]) -> Outcome {
    (Plain(plain.to_vec()), Ok(()))
}

/// Decodes an archive that comes in pieces of `piece` bytes into rooms of `room` bytes.
pub(super) fn decode(compression: Compression, archive: &[u8], piece: usize, room: usize) -> Outcome {
    let mut chain = Chain::new(compression, &Memory::default()).unwrap();
    let (mut plain, mut out) = (Vec::new(), vec![0; room]);
    let (mut begin, mut end) = (0, 0);
    loop {
        let turn = chain.turn(&archive[begin..end], end == archive.len(), &mut out);
        assert!(turn.written <= room);
        begin += turn.consumed;
        plain.extend_from_slice(&out[..turn.written]);
        match turn.then {
            Then::Again => {}
            Then::Hungry => {
                assert!(end < archive.len(), "hungry at the end");
                end = archive.len().min(end + piece);
            }
            Then::Memory => panic!("nobody else holds memory"),
            Then::End => {
                assert_eq!(begin, archive.len());
                return (Plain(plain), Ok(()));
            }
            Then::Damage(error) => return (Plain(plain), Err(error)),
        }
    }
}

pub(super) fn decode_whole(compression: Compression, archive: &[u8]) -> Outcome {
    decode(compression, archive, usize::MAX / 2, 64 * 1024)
}

fn status(outcome: &Outcome) -> Status {
    outcome.1.as_ref().map_or_else(|error| error.status, |()| Status::Ok)
}

/// Reads a decoder to its end; what it waits for comes when `wait` is called.
fn read_all(decoder: &mut Decoder, room: usize, mut wait: impl FnMut()) -> Outcome {
    let (mut plain, mut out) = (Vec::new(), vec![0; room]);
    loop {
        match decoder.read(&mut out) {
            Ok(0) => return (Plain(plain), Ok(())),
            Ok(bytes) => plain.extend_from_slice(&out[..bytes]),
            Err(ReadError::Source(error)) => {
                assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
                wait();
            }
            Err(ReadError::Memory) => panic!("nobody else holds memory"),
            Err(ReadError::Damage(error)) => return (Plain(plain), Err(error)),
        }
    }
}

fn file_of(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn line_count(plain: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', plain).count() + usize::from(!plain.is_empty() && !plain.ends_with(b"\n"))
}

/// Lines that are neither all alike nor all different.
fn lines(seed: u64, bytes: usize) -> Vec<u8> {
    let mut state = seed;
    let mut plain = Vec::new();
    while plain.len() < bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let total = state >> 60;
        writeln!(plain, r#"{{"Response":{{"TotalCount":{total},"RequestId":"{state:016x}"}}}}"#).unwrap();
    }
    plain
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// One frame, with a checksum, and with a window that is as large as told when the size is not.
pub(super) fn zstd(plain: &[u8], window_bits: Option<u32>) -> Vec<u8> {
    let mut context = zstd_safe::CCtx::create();
    context.set_parameter(zstd_safe::CParameter::ChecksumFlag(true)).unwrap();
    if let Some(bits) = window_bits {
        context.set_parameter(zstd_safe::CParameter::WindowLog(bits)).unwrap();
    } else {
        context.set_pledged_src_size(Some(plain.len() as u64)).unwrap();
    }
    let mut archive = vec![0; plain.len() + 1024 + plain.len() / 64];
    let mut out = zstd_safe::OutBuffer::around(archive.as_mut_slice());
    // Blocks of 2 KB, so that there are several.
    for part in plain.chunks(2048) {
        let mut input = zstd_safe::InBuffer::around(part);
        while input.pos() < part.len() {
            context.compress_stream(&mut out, &mut input).unwrap();
        }
        while context.flush_stream(&mut out).unwrap() > 0 {}
    }
    while context.end_stream(&mut out).unwrap() > 0 {}
    let length = out.pos();
    archive.truncate(length);
    archive
}

fn bzip2(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::new(1));
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn xz(plain: &[u8]) -> Vec<u8> {
    let mut options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
    options.dict_size(64 * 1024);
    let mut filters = liblzma::stream::Filters::new();
    filters.lzma2(&options);
    let stream = liblzma::stream::Stream::new_stream_encoder(&filters, liblzma::stream::Check::Crc64).unwrap();
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn lz4(plain: &[u8], linked: bool) -> Vec<u8> {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    let info = FrameInfo::new()
        .block_size(BlockSize::Max64KB)
        .block_mode(if linked { BlockMode::Linked } else { BlockMode::Independent })
        .block_checksums(true)
        .content_checksum(true)
        .content_size(Some(plain.len() as u64));
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    // Blocks of 2 KB, so that there are several.
    for part in plain.chunks(2048) {
        encoder.write_all(part).unwrap();
        encoder.flush().unwrap();
    }
    encoder.finish().unwrap()
}

pub(super) fn encode(compression: Compression, plain: &[u8]) -> Vec<u8> {
    match compression {
        Compression::None => plain.to_vec(),
        Compression::Gzip => gzip(plain),
        Compression::Zstd => zstd(plain, None),
        Compression::Bzip2 => bzip2(plain),
        Compression::Xz => xz(plain),
        Compression::Lz4 => lz4(plain, true),
    }
}

fn skippable(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[0x50 + kind, 0x2A, 0x4D, 0x18], &(content.len() as u32).to_le_bytes()[..], content].concat()
}

fn word(compression: &str) -> Compression {
    let all = [&FORMATS[..], &[Compression::None]].concat();
    all.into_iter().find(|known| known.as_str() == compression).unwrap()
}

/// The corpus is not a part of the repository.
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("RESPLOG_CORPORA");
    if folder.is_none() {
        println!("skipped: RESPLOG_CORPORA does not name the folder of the corpora");
    }
    folder.map(|folder| PathBuf::from(folder).join("compressed"))
}

#[test]
fn the_corpus_is_as_expected_for_every_size() {
    let Some(folder) = corpus() else { return };
    let table = fs::read_to_string(folder.join("EXPECTED.tsv")).unwrap();
    let mut seen = 0;
    for row in table.lines().skip(1) {
        let [name, compression, expected, line_total, ..] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let archive = fs::read(folder.join(name)).unwrap();
        seen += 1;
        if archive.is_empty() {
            // Its name is all there is to it.
            assert_eq!((name, sniff(&archive)), ("zero.gz", None));
            continue;
        }
        let found = sniff(&archive[..archive.len().min(SNIFF_BYTES)]).unwrap_or_default();
        assert_eq!(found, word(compression), "{name}");
        let memory = Memory::default();
        let mut first: Option<Outcome> = None;
        for room in (1..=64).chain([64 * 1024]) {
            let mut decoder = Decoder::new(found, &[], File::open(folder.join(name)).unwrap(), &memory);
            let outcome = read_all(&mut decoder, room, || ());
            assert_eq!(status(&outcome).as_str(), expected, "{name}: {:?}", outcome.1);
            assert_eq!(decoder.compression(), found, "{name}");
            assert!(decoder.compressed_bytes_read() <= archive.len() as u64, "{name}");
            if line_total != "-" {
                assert_eq!(line_count(&outcome.0.0).to_string(), line_total, "{name}");
            }
            assert_eq!(first.get_or_insert_with(|| outcome.clone()), &outcome, "{name} with a room of {room}");
        }
        if found != Compression::None {
            for piece in [1, 2, 3, 7, 64, 100, 1000] {
                assert_eq!(
                    decode(found, &archive, piece, 4096),
                    *first.as_ref().unwrap(),
                    "{name} in pieces of {piece}"
                );
            }
        }
    }
    assert_eq!(seen, 43);
}

#[test]
fn members_follow_each_other() {
    let (one, two) = (lines(1, 5000), lines(2, 3000));
    for format in FORMATS {
        let (first, second, empty) = (encode(format, &one), encode(format, &two), encode(format, b""));
        let both = [&one[..], &two].concat();
        let zeros = |count: usize| vec![0; count];
        let skipped = skippable(7, &[0x28; 300]);
        let (padded, skips) = match format {
            Compression::Gzip => (Status::Ok, Status::Incomplete),
            Compression::Zstd | Compression::Lz4 => (Status::Incomplete, Status::Ok),
            _ => (Status::Incomplete, Status::Incomplete),
        };
        let padded_by_four = if format == Compression::Xz { Status::Ok } else { padded };
        let ok = Status::Ok;
        let table = [
            ("one", vec![first.clone()], &one[..], ok),
            ("two", vec![first.clone(), second.clone()], &both, ok),
            ("nothing", vec![empty.clone()], b"", ok),
            ("nothing between", vec![empty.clone(), first.clone(), empty.clone(), second.clone(), empty], &both, ok),
            ("four zeros", vec![first.clone(), zeros(4)], &one, padded_by_four),
            ("many zeros", vec![first.clone(), zeros(400_000)], &one, padded_by_four),
            ("five zeros", vec![first.clone(), zeros(5)], &one, padded),
            ("skippable frame", vec![first.clone(), skipped.clone()], &one, skips),
            ("empty skippable frame", vec![first.clone(), skippable(15, b"")], &one, skips),
            ("text", vec![first.clone(), b"{}\n".to_vec()], &one, Status::Incomplete),
            ("cut magic", vec![first.clone(), first[..2].to_vec()], &one, Status::Incomplete),
            ("cut skippable frame", vec![first.clone(), skipped[..200].to_vec()], &one, Status::Incomplete),
        ];
        for (what, parts, plain, expected) in table {
            let archive = parts.concat();
            let outcome = decode_whole(format, &archive);
            assert_eq!(status(&outcome), expected, "{format:?}, {what}: {:?}", outcome.1);
            assert_eq!(outcome.0, Plain(plain.to_vec()), "{format:?}, {what}");
            assert_eq!(decode(format, &archive, 1, 1), outcome, "{format:?}, {what}, byte by byte");
            let memory = Memory::default();
            for taken in [0, 1, SNIFF_BYTES, archive.len()] {
                let taken = taken.min(archive.len());
                let mut source = file_of(&archive);
                source.seek(std::io::SeekFrom::Start(taken as u64)).unwrap();
                let mut decoder = Decoder::new(format, &archive[..taken], source, &memory);
                assert_eq!(read_all(&mut decoder, 1000, || ()), outcome, "{format:?}, {what}, {taken} bytes taken");
            }
        }
        // A member after padding is read where padding is legal.
        let behind = decode_whole(format, &[first, zeros(8), second].concat());
        let expected = if padded_by_four == Status::Ok { &both } else { &one };
        assert_eq!((&behind.0.0 == expected, status(&behind)), (true, padded_by_four), "{format:?}");
    }
}

#[test]
fn skippable_frames_take_the_format_of_the_first_real_one() {
    let plain = lines(3, 4000);
    let skipped = [skippable(0, b"first"), skippable(15, &[0; 300_000]), skippable(3, b"")].concat();
    assert_eq!(sniff(&skipped[..SNIFF_BYTES]), Some(Compression::Zstd));
    for (format, rest) in [
        (Compression::Zstd, encode(Compression::Zstd, &plain)),
        (Compression::Lz4, lz4(&plain, false)),
        (Compression::Lz4, lz4(&plain, true)),
    ] {
        let archive = [skipped.clone(), rest.clone(), skipped.clone(), rest].concat();
        let mut decoder = Decoder::new(Compression::Zstd, &[], file_of(&archive), &Memory::default());
        // One read of the source is not enough to get past the second frame.
        let mut waits = 0;
        let outcome = read_all(&mut decoder, 777, || waits += 1);
        assert_eq!(outcome, whole(&[&plain[..], &plain].concat()));
        assert!(waits > 0);
        assert_eq!((decoder.compression(), decoder.compressed_bytes_read()), (format, archive.len() as u64));
    }
    let mut decoder = Decoder::new(Compression::Zstd, &[], file_of(&skippable(1, b"x")), &Memory::default());
    assert_eq!(read_all(&mut decoder, 10, || ()), whole(b""));
    assert_eq!(decoder.compression(), Compression::Zstd);
    // The two do not mix.
    let mixed = [encode(Compression::Zstd, &plain), lz4(&plain, true)].concat();
    let outcome = decode_whole(Compression::Zstd, &mixed);
    assert_eq!((outcome.0.0.len(), status(&outcome)), (plain.len(), Status::Incomplete));
}

#[test]
fn content_tells_the_format() {
    let plain = lines(4, 1000);
    for format in FORMATS {
        for content in [&plain[..], b""] {
            let archive = encode(format, content);
            assert_eq!(sniff(&archive[..archive.len().min(SNIFF_BYTES)]), Some(format));
        }
    }
    for text in [
        "",
        "{",
        "{\"Response\":{}}",
        "BZh",
        "BZh9: a note",
        "BZh0\x31\x41\x59",
        "P",
        "P*",
        "P*M\x19abc",
        "\0\0\0",
        "\x1f",
    ] {
        assert_eq!(sniff(text.as_bytes()), None, "{text:?}");
    }
    for (head, format) in [
        (&b"\x1f\x8b"[..], Compression::Gzip),
        (b"BZh9", Compression::Bzip2),
        (b"BZh91AY", Compression::Bzip2),
        (b"\x02\x21\x4c\x18", Compression::Lz4),
        (b"\x27\xb5\x2f\xfd", Compression::Zstd),
        (b"\x5f\x2a\x4d\x18", Compression::Zstd),
    ] {
        assert_eq!(sniff(head), Some(format), "{head:x?}");
    }
}

#[test]
fn a_cut_at_any_byte_is_seen_and_the_bytes_before_it_count() {
    let (one, two) = (lines(5, 6000), lines(6, 3000));
    let both = [&one[..], &two].concat();
    for format in FORMATS {
        let first = encode(format, &one);
        let archive = [&first[..], &encode(format, &two)].concat();
        let mut most = 0;
        for cut in 1..archive.len() {
            let outcome = decode_whole(format, &archive[..cut]);
            let expected = if cut == first.len() { Status::Ok } else { Status::Incomplete };
            assert_eq!(status(&outcome), expected, "{format:?} cut at {cut}: {:?}", outcome.1);
            assert!(both.starts_with(&outcome.0.0), "{format:?} cut at {cut}");
            assert!(outcome.0.0.len() >= most, "{format:?} cut at {cut}: more bytes, less content");
            most = outcome.0.0.len();
            assert!(cut < first.len() || most >= one.len(), "{format:?} cut at {cut}");
            if cut % 7 == 0 {
                assert_eq!(decode(format, &archive[..cut], 3, 5), outcome, "{format:?} cut at {cut}");
            }
        }
        // What misses is at most the last block of the format, and never the trailer's fault.
        let last = if format == Compression::Bzip2 { two.len() } else { 2048 };
        assert!(most + last >= both.len(), "{format:?}: {most} of {}", both.len());
    }
}

#[test]
fn a_flipped_byte_is_seen_or_harmless() {
    let (one, two) = (lines(7, 4000), lines(8, 2500));
    let both = [&one[..], &two].concat();
    for format in FORMATS {
        let first = encode(format, &one);
        let archive = [&first[..], &encode(format, &two)].concat();
        let mut unseen = Vec::new();
        for place in 0..archive.len() {
            for mask in [0xFF, 1 << (place % 8), 0x01] {
                let mut flipped = archive.clone();
                flipped[place] ^= mask;
                let outcome = decode_whole(format, &flipped);
                if status(&outcome) == Status::Ok {
                    assert!(outcome.0.0 == both, "{format:?} flipped at {place} by {mask:#x}");
                    unseen.push(if place < first.len() { place } else { place - first.len() });
                }
                if place % 5 == 0 {
                    assert_eq!(decode(format, &flipped, 11, 13), outcome, "{format:?} flipped at {place} by {mask:#x}");
                }
            }
        }
        unseen.sort_unstable();
        unseen.dedup();
        // Of gzip the flag for text, the time, and two bytes that say what made it; of zstd an unused bit of the
        // header; of bzip2 the size of blocks; of both some bits inside blocks. Checksums vouch for the content.
        let ignored = |place: usize| match format {
            Compression::Gzip => (3..10).contains(&place),
            Compression::Zstd => place == 4 || place > 6,
            Compression::Bzip2 => place == 3 || place > 13,
            _ => false,
        };
        assert!(unseen.iter().all(|&place| ignored(place)), "{format:?}: unseen at {unseen:?}");
    }
}

#[test]
fn the_size_of_reads_makes_no_difference() {
    let plain = lines(9, 100_000);
    let stored: Vec<u8> =
        plain.iter().enumerate().map(|(at, byte)| byte.wrapping_mul(at as u8) ^ (at >> 8) as u8).collect();
    for content in [plain, stored] {
        let archives = FORMATS.map(|format| (format, encode(format, &content)));
        let lz4_apart = (Compression::Lz4, lz4(&content, false));
        let zstd_streamed = (Compression::Zstd, zstd(&content, Some(10)));
        for (format, archive) in archives.into_iter().chain([lz4_apart, zstd_streamed]) {
            let mut wrong = archive.clone();
            let place = archive.len() * 3 / 4;
            wrong[place] ^= 0x55;
            for archive in [&archive, &wrong, &archive[..place]] {
                let outcome = decode_whole(format, archive);
                for (piece, room) in
                    [(1, 64 * 1024), (1 << 20, 1), (1 << 20, 2), (7, 63), (4096, 4096), (30_000, 1 << 20)]
                {
                    assert_eq!(decode(format, archive, piece, room), outcome, "{format:?}: {piece}, {room}");
                }
            }
            assert_eq!(decode_whole(format, &archive), whole(&content), "{format:?}");
        }
    }
}

#[test]
fn a_pipe_that_has_nothing_yet_is_asked_again() {
    let plain = lines(10, 3000);
    for format in FORMATS {
        let archive = encode(format, &plain);
        for (bytes, expected) in [(archive.len(), Status::Ok), (archive.len() - 3, Status::Incomplete)] {
            let (reader, writer) = std::io::pipe().unwrap();
            let reader = File::from(std::os::fd::OwnedFd::from(reader));
            rustix::fs::fcntl_setfl(&reader, rustix::fs::OFlags::NONBLOCK).unwrap();
            let mut decoder = Decoder::new(format, &archive[..2], reader, &Memory::default());
            assert!(!decoder.needs_source());
            let mut rest = archive[2..bytes].iter();
            let mut writer = Some(writer);
            let outcome = read_all(&mut decoder, 100, || match rest.next() {
                Some(byte) => writer.as_mut().unwrap().write_all(&[*byte]).unwrap(),
                None => writer = None,
            });
            assert_eq!(outcome, decode_whole(format, &archive[..bytes]), "{format:?}");
            assert_eq!(status(&outcome), expected, "{format:?}");
            assert!(!decoder.needs_source());
        }
    }
}

#[test]
fn plain_bytes_pass_as_they_are() {
    let plain = lines(11, 3000);
    for taken in [0, 5, plain.len()] {
        let mut source = file_of(&plain);
        source.seek(std::io::SeekFrom::Start(taken as u64)).unwrap();
        let mut decoder = Decoder::new(Compression::None, &plain[..taken], source, &Memory::default());
        assert_eq!(decoder.needs_source(), taken == 0);
        assert_eq!(read_all(&mut decoder, 7, || ()), whole(&plain));
        assert_eq!(decoder.compressed_bytes_read(), plain.len() as u64);
    }
}

/// Reads an archive of zeros to the end and tells how many there were.
fn count_zeros(format: Compression, archive: &[u8]) -> (u64, Status) {
    let mut decoder = Decoder::new(format, &[], file_of(archive), &Memory::default());
    let (mut out, expected) = (vec![1; 256 * 1024], vec![0; 256 * 1024]);
    let mut zeros = 0;
    loop {
        match decoder.read(&mut out) {
            Ok(0) => return (zeros, Status::Ok),
            Ok(bytes) => {
                assert!(out[..bytes] == expected[..bytes]);
                zeros += bytes as u64;
            }
            Err(ReadError::Damage(error)) => return (zeros, error.status),
            Err(ReadError::Source(error)) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
            Err(ReadError::Memory) => panic!("nobody else holds memory"),
        }
        assert!(decoder.buffer.len() <= 128 * 1024);
    }
}

#[test]
fn a_bomb_takes_time_but_no_memory() {
    const MEMBER_BYTES: usize = 16 * 1024 * 1024;
    let zeros = vec![0; MEMBER_BYTES];
    let times = |format| match format {
        // One gigabyte.
        Compression::Gzip => 64,
        Compression::Zstd | Compression::Lz4 => 16,
        _ => 4,
    };
    for (format, times) in FORMATS.map(|format| (format, times(format))) {
        let member = match format {
            Compression::Zstd => zstd(&zeros, Some(20)),
            Compression::Lz4 => {
                let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
                encoder.write_all(&zeros).unwrap();
                encoder.finish().unwrap()
            }
            _ => encode(format, &zeros),
        };
        let archive = member.repeat(times);
        assert!(archive.len() < MEMBER_BYTES * times / 100);
        assert_eq!(count_zeros(format, &archive), ((MEMBER_BYTES * times) as u64, Status::Ok), "{format:?}");
        let cut = archive.len() - 2;
        assert_eq!(count_zeros(format, &archive[..cut]).1, Status::Incomplete, "{format:?}");
    }
}

#[test]
fn windows_above_the_limit_are_refused() {
    let plain = lines(12, 10_000);
    let allowed = zstd(&plain, Some(WINDOW_BYTES_MAX.ilog2()));
    assert_eq!(decode_whole(Compression::Zstd, &allowed), whole(&plain));
    let refused = zstd(&plain, Some(WINDOW_BYTES_MAX.ilog2() + 1));
    let outcome = decode_whole(Compression::Zstd, &refused);
    assert_eq!((outcome.0.0.len(), status(&outcome)), (0, Status::Error));
    let text = outcome.1.unwrap_err().text;
    assert_eq!(
        text,
        "zstd: it needs a window of 256 MiB, the limit is 128 MiB: frame 1, which begins at compressed byte 0, after 0 decoded bytes"
    );
    // Behind a good frame the rest is what is not read.
    let outcome = decode_whole(Compression::Zstd, &[allowed.clone(), refused].concat());
    assert_eq!((outcome.0.0.len(), status(&outcome)), (plain.len(), Status::Incomplete));
    // The size of the content is the window of a frame in one segment.
    let mut single = vec![0x28, 0xB5, 0x2F, 0xFD, 0xE0];
    single.extend_from_slice(&(WINDOW_BYTES_MAX + 1).to_le_bytes());
    assert_eq!(status(&decode_whole(Compression::Zstd, &single)), Status::Error);
    // So much of a dictionary is announced; eight bytes of headers and the size stand before it.
    for (code, bytes, expected) in [
        (22, 8 << 20, Status::Ok),
        (28, 64 << 20, Status::Ok),
        (29, 96 << 20, Status::Ok),
        (30, 128 << 20, Status::Ok),
        (31, 192 << 20, Status::Error),
        (37, 1536 << 20, Status::Error),
        (40, u64::from(u32::MAX), Status::Error),
    ] {
        let outcome = decode_whole(Compression::Xz, &xz_with_dictionary(&plain, code));
        assert_eq!(status(&outcome), expected, "{bytes}: {:?}", outcome.1);
        match outcome.1 {
            Ok(()) => assert!(outcome.0.0 == plain),
            Err(error) => {
                let text =
                    format!("xz: it needs a dictionary of {} MiB, the limit is 128 MiB", bytes.div_ceil(1 << 20));
                assert!(error.text.starts_with(&text), "{}", error.text);
            }
        }
    }
}

/// An archive whose block header announces the dictionary with this code: two or three, shifted.
fn xz_with_dictionary(plain: &[u8], code: u8) -> Vec<u8> {
    let mut archive = xz(plain);
    let header = 12..12 + 4 * (usize::from(archive[12]) + 1);
    let sum = header.end - 4;
    // Size, flags, filter, length of its properties, the property.
    assert_eq!(archive[13..16], [0, 0x21, 1]);
    archive[16] = code;
    let mut crc = Crc::new();
    crc.update(&archive[header.start..sum]);
    archive[sum..header.end].copy_from_slice(&crc.sum().to_le_bytes());
    archive
}

#[test]
fn what_is_not_supported_is_said() {
    let plain = lines(13, 1000);
    let zstd_dictionary = [&[0x28, 0xB5, 0x2F, 0xFD, 0x21][..], &[77, 5]].concat();
    let lz4_header = |flags: u8, sizes: u8, rest: &[u8]| {
        let descriptor = [&[flags, sizes][..], rest].concat();
        let sum = (xxhash_rust::xxh32::xxh32(&descriptor, 0) >> 8) as u8;
        [&[0x04, 0x22, 0x4D, 0x18][..], &descriptor, &[sum], &[0; 4]].concat()
    };
    let mut gzip_method = gzip(&plain);
    gzip_method[2] = 7;
    for (format, archive, expected, words) in [
        (Compression::Zstd, zstd_dictionary, Status::Error, "dictionary 77"),
        (Compression::Zstd, b"\x27\xb5\x2f\xfd0123456789".to_vec(), Status::Error, "before 0.8"),
        (Compression::Zstd, b"\x28\xb5\x2f\xfd\x20\x05\x01\0\0".to_vec(), Status::Corrupt, "size in the header"),
        (Compression::Zstd, b"\x28\xb5\x2f\xfd\x20\0\x01\0\0".to_vec(), Status::Ok, ""),
        (Compression::Zstd, b"\x28\xb5\x2f\xfd\x28\x05aaaaaaa".to_vec(), Status::Corrupt, "reserved bit"),
        (Compression::Lz4, b"\x02\x21\x4c\x18\x05\0\0\0".to_vec(), Status::Error, "legacy"),
        (Compression::Lz4, lz4_header(0x61, 0x40, &[1, 2, 3, 4]), Status::Error, "dictionary"),
        (Compression::Lz4, lz4_header(0xA0, 0x40, &[]), Status::Error, "version"),
        (Compression::Lz4, lz4_header(0x60, 0x30, &[]), Status::Error, "version"),
        (Compression::Lz4, lz4_header(0x68, 0x40, &[1, 0, 0, 0, 0, 0, 0, 0]), Status::Corrupt, "size in the header"),
        (Compression::Lz4, lz4_header(0x60, 0x40, &[]), Status::Ok, ""),
        (Compression::Gzip, gzip_method, Status::Corrupt, "method"),
        (Compression::Gzip, plain, Status::Corrupt, "is not gzip"),
    ] {
        let outcome = decode_whole(format, &archive);
        assert_eq!((outcome.0.0.len(), status(&outcome)), (0, expected), "{format:?}: {:?}", outcome.1);
        let text = outcome.1.err().map(|error| error.text).unwrap_or_default();
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn errors_say_what_and_where() {
    let (one, two) = (lines(14, 2000), lines(15, 1500));
    let first = gzip(&one);
    let mut archive = [&first[..], &gzip(&two)].concat();
    let (from, decoded, whole) = (first.len(), one.len() + two.len(), archive.len());
    let text = |archive: &[u8]| decode_whole(Compression::Gzip, archive).1.unwrap_err().text;
    assert_eq!(
        text(&archive[..whole - 8]),
        format!(
            "gzip: it ends inside member 2, which begins at compressed byte {from}, after {} compressed and {decoded} decoded bytes",
            whole - 8
        )
    );
    archive[whole - 1] ^= 1;
    assert_eq!(
        text(&archive),
        format!(
            "gzip: the size in the trailer (ISIZE) is wrong: member 2, which begins at compressed byte {from}, after {decoded} decoded bytes"
        )
    );
    archive[whole - 5] ^= 1;
    assert!(text(&archive).starts_with("gzip: the checksum (CRC-32) is wrong: member 2"));
    assert_eq!(
        text(&[&first[..], b"{}"].concat()),
        format!(
            "gzip: what begins at compressed byte {from} is not gzip, after {from} compressed and {} decoded bytes",
            one.len()
        )
    );
}

#[test]
fn decoders_share_memory_and_wait_for_it() {
    let plain = lines(16, 100_000);
    let large = zstd(&plain, Some(WINDOW_BYTES_MAX.ilog2()));
    let memory = Memory::new(0);
    let mut out = vec![0; 1000];
    let mut first = Decoder::new(Compression::Zstd, &[], file_of(&large), &memory);
    assert_eq!(first.read(&mut out).unwrap(), 1000);
    let xz_archive = xz_with_dictionary(&plain, 28);
    let mut others = [
        (Decoder::new(Compression::Zstd, &[], file_of(&large), &memory), 0),
        (Decoder::new(Compression::Xz, &[], file_of(&xz_archive), &memory), 0),
    ];
    for _ in 0..3 {
        for (decoder, _) in &mut others {
            assert!(matches!(decoder.read(&mut out), Err(ReadError::Memory)));
        }
    }
    memory.wait(std::time::Duration::ZERO);
    // A small one fits beside it; at its end the first gives back.
    let mut small = Decoder::new(Compression::Bzip2, &[], file_of(&bzip2(&plain)), &memory);
    assert_eq!(read_all(&mut small, 1000, || ()), whole(&plain));
    assert_eq!(read_all(&mut first, 1000, || ()).0.0.len(), plain.len() - 1000);
    for (decoder, _) in &mut others {
        assert_eq!(read_all(decoder, 1000, || ()), whole(&plain));
    }
    drop((first, small, others));
    // All of it is there again.
    let mut all = super::memory::Share::new(memory);
    assert!(all.swap(DECODER_BYTES_MAX));
    assert!(!all.swap(DECODER_BYTES_MAX + 1));
}
