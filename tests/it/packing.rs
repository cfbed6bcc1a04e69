//! Makes archives for tests: of each format one part, or several.

use std::io::Write;

/// The formats by the words of the reports.
pub const FORMATS: [&str; 5] = ["gzip", "zstd", "bzip2", "xz", "lz4"];

/// Packs bytes as one part (member, stream, frame) of a format, with every checksum that the format has.
pub fn pack(format: &str, plain: &[u8]) -> Vec<u8> {
    match format {
        "gzip" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        "zstd" => zstd(plain),
        "bzip2" => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        "xz" => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        "lz4" => lz4(plain),
        _ => panic!("{format}"),
    }
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    let mut context = zstd_safe::CCtx::create();
    context.set_parameter(zstd_safe::CParameter::ChecksumFlag(true)).unwrap();
    let mut archive = vec![0; zstd_safe::compress_bound(plain.len())];
    let length = context.compress2(archive.as_mut_slice(), plain).unwrap();
    archive.truncate(length);
    archive
}

fn lz4(plain: &[u8]) -> Vec<u8> {
    let info = lz4_flex::frame::FrameInfo::new()
        .block_size(lz4_flex::frame::BlockSize::Max64KB)
        .block_checksums(true)
        .content_checksum(true);
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// Packs bytes as several parts, one of them empty, cut wherever it falls: in the middle of lines too.
pub fn pack_in_parts(format: &str, plain: &[u8]) -> Vec<Vec<u8>> {
    let (first, rest) = plain.split_at(plain.len() / 3);
    let (second, third) = rest.split_at(rest.len() / 2);
    [first, second, b"", third].iter().map(|part| pack(format, part)).collect()
}

/// A frame of zstd or LZ4 without content.
pub fn skippable_frame(content: &[u8]) -> Vec<u8> {
    [&[0x53, 0x2A, 0x4D, 0x18], &(content.len() as u32).to_le_bytes()[..], content].concat()
}
