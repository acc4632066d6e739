#include "cli/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "cli/ios_text.hpp"

namespace cli {
namespace {

constexpr off_t most_octets = 64 << 20;

engine::Failure failure(const std::string& name, const std::string& why) {
  return {.cause = engine::Cause::internal_error, .why = "%Error opening " + escaped(name) + " (" + why + ")"};
}

/// The path that is meant, or nothing.
std::optional<std::string> path_of(const std::string& name, const std::string& flash) {
  if (name.starts_with('/')) return name;
  for (const std::string_view system : {"flash:", "bootflash:", "disk0:", "harddisk:"}) {
    if (!name.starts_with(system)) continue;
    const std::string file = name.substr(std::min(name.size(), name.find_first_not_of('/', system.size())));
    if (file.empty() || file.front() == '.' || file.find('/') != std::string::npos) return std::nullopt;
    return flash + "/" + file;
  }
  return std::nullopt;
}

constexpr const char* no_such_file = "No such file or directory; give flash:NAME, or an absolute path of this host";

/// Empty, or why not everything was written.
std::string write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::strerror(errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

engine::Status write_file(const std::string& path, const std::string& name, std::string_view text, FileMode mode) {
  const int how = mode == FileMode::append ? O_APPEND : 0;  // a file is emptied once it is known to be one
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | how, 0600);
  if (fd < 0) return failure(name, std::strerror(errno));
  struct stat about {};
  std::string why;
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
    why = "Not a file";
  else if (mode == FileMode::replace && (::ftruncate(fd, 0) != 0 || ::fchmod(fd, 0600) != 0))
    why = std::strerror(errno);
  else
    why = write_all(fd, text);
  if (::close(fd) != 0 && why.empty()) why = std::strerror(errno);
  if (!why.empty()) return failure(name, why);
  return engine::Done{};
}

/// The path that is meant; its folder `flash` is there.
engine::Result<std::string> writable(const std::string& name, const std::string& flash) {
  auto path = path_of(name, flash);
  if (!path) return failure(name, no_such_file);
  if (!name.starts_with('/') && ::mkdir(flash.c_str(), 0700) != 0 && errno != EEXIST) return failure(name, std::strerror(errno));
  return std::move(*path);
}

}  // namespace

engine::Status write_text_file(const std::string& name, const std::string& flash, std::string_view text, FileMode mode) {
  const auto path = writable(name, flash);
  return path.ok() ? write_file(*path, name, text, mode) : engine::Status(path.failure());
}

engine::Status make_folder(const std::string& name, const std::string& flash) {
  const auto path = writable(name, flash);
  if (!path.ok()) return path.failure();
  if (::mkdir(path->c_str(), 0700) != 0 && errno != EEXIST) return failure(name, std::strerror(errno));
  const int fd = ::open(path->c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const bool ours = fd >= 0 && ::fchmod(fd, 0700) == 0;
  auto out = ours ? engine::Status(engine::Done{}) : engine::Status(failure(name, std::strerror(errno)));
  if (fd >= 0) ::close(fd);
  return out;
}

engine::Status write_text_file(const std::string& folder, const std::string& name, const std::string& flash,
                               std::string_view text) {
  const auto path = writable(folder, flash);
  return path.ok() ? write_file(*path + "/" + name, folder + "/" + name, text, FileMode::replace)
                   : engine::Status(path.failure());
}

engine::Result<std::string> read_text_file(const std::string& name, const std::string& flash) {
  const auto cannot = [&](const std::string& why) { return failure(name, why); };
  const auto path = path_of(name, flash);
  if (!path) return cannot(no_such_file);
  const int fd = ::open(path->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return cannot(std::strerror(errno));
  struct stat about {};
  std::string out, why;
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
    why = "Not a file";
  else if (about.st_size > most_octets)
    why = "File too large";
  std::array<char, 65536> buffer;
  ssize_t got = why.empty() ? 1 : 0;
  while (got > 0 && out.size() <= most_octets) {
    got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0) why = std::strerror(errno);
    if (got > 0) out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(fd);
  if (!why.empty()) return cannot(why);
  return out;
}

engine::Status remove_text_file(const std::string& name, const std::string& flash) {
  const auto path = path_of(name, flash);
  if (!path) return failure(name, no_such_file);
  if (::unlink(path->c_str()) != 0) return failure(name, std::strerror(errno));
  return engine::Done{};
}

engine::Result<FileList> list_files(const std::string& name, const std::string& flash) {
  FileList out;
  const auto add = [&out](const std::string& path, const std::string& shown) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return false;
    if (S_ISREG(about.st_mode))
      out.files.push_back({shown, about.st_ino, static_cast<std::uint64_t>(about.st_size), about.st_mtime});
    return true;
  };
  const bool whole = name.empty() || name.back() == ':' || name.ends_with(":/");
  if (whole) {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(flash, none)) add(entry.path(), entry.path().filename());
    std::sort(out.files.begin(), out.files.end(), [](const FileRow& a, const FileRow& b) { return a.name < b.name; });
  } else {
    const auto path = path_of(name, flash);
    if (!path || !add(*path, path->substr(path->rfind('/') + 1))) return failure(name, "No such file or directory");
  }
  struct statvfs space {};
  const std::filesystem::path folder(flash);
  if (::statvfs((std::filesystem::exists(folder) ? folder : folder.parent_path()).c_str(), &space) == 0) {
    out.total = std::uint64_t{space.f_blocks} * space.f_frsize;
    out.available = std::uint64_t{space.f_bavail} * space.f_frsize;
  }
  return out;
}

}  // namespace cli
