// Files of the host as commands name them: `flash:NAME` (and the other file systems of a router) is a file of that name in
// the folder `flash` of the state directory; an absolute path is itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.hpp"

namespace cli {

/// The whole file. Failure::why is a line as IOS has it ("%Error opening ...").
engine::Result<std::string> read_text_file(const std::string& name, const std::string& flash);

enum class FileMode : std::uint8_t { replace, append };
/// Writes the text, for the owner alone, whoever could read what the file held before; the folder `flash` is made where it is
/// needed. Never through a symbolic link.
engine::Status write_text_file(const std::string& name, const std::string& flash, std::string_view text, FileMode mode);

/// Makes a folder for the owner alone, or makes one that is there the owner's alone.
engine::Status make_folder(const std::string& name, const std::string& flash);
/// As write_text_file, of a file in such a folder.
engine::Status write_text_file(const std::string& folder, const std::string& name, const std::string& flash,
                               std::string_view text);

/// Takes a file away.
engine::Status remove_text_file(const std::string& name, const std::string& flash);

struct FileRow {
  std::string name;
  std::uint64_t inode = 0, octets = 0;
  std::int64_t seconds = 0;  // since 1970, of its last change
};
struct FileList {
  std::vector<FileRow> files;              // by name
  std::uint64_t total = 0, available = 0;  // octets of the file system
};
/// The files of `flash`, or the one that is named. A folder that is not there yet is empty.
engine::Result<FileList> list_files(const std::string& name, const std::string& flash);

}  // namespace cli
