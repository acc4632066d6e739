// EXEC commands on files, as plain values; parser/modes/exec_files.cpp has their expressions. A file is named as on a router:
// `flash:NAME`; or by an absolute path of the host.
#pragma once

#include <cstdint>
#include <string>

namespace parser {

/// `dir [FILE]`; a file system alone, or nothing, is all of it.
struct Dir {
  std::string place;
  friend bool operator==(const Dir&, const Dir&) = default;
};
/// `more FILE`
struct More {
  std::string file;
  friend bool operator==(const More&, const More&) = default;
};
/// `verify /md5 FILE [MD5]`
struct VerifyMd5 {
  std::string file, wanted;
  friend bool operator==(const VerifyMd5&, const VerifyMd5&) = default;
};
/// `delete [/force] FILE`
struct DeleteFile {
  bool force = false;
  std::string file;
  friend bool operator==(const DeleteFile&, const DeleteFile&) = default;
};
/// `copy FROM TO`, where one is a file; the other may be a configuration.
enum class CopyEnd : std::uint8_t { file, running, startup };
struct CopyFile {
  CopyEnd from = CopyEnd::file, to = CopyEnd::file;
  std::string from_file, to_file;
  friend bool operator==(const CopyFile&, const CopyFile&) = default;
};

}  // namespace parser
