#include "cli/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "cli/ios_text.hpp"

namespace cli {
namespace {

constexpr off_t most_octets = 64 << 20;

}  // namespace

engine::Result<std::string> read_text_file(const std::string& path) {
  const auto cannot = [&](const std::string& why) {
    return engine::Failure{.cause = engine::Cause::internal_error, .why = "%Error opening " + escaped(path) + " (" + why + ")"};
  };
  if (!path.starts_with('/')) return cannot("No such file or directory; give the path of a file on this host");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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

}  // namespace cli
