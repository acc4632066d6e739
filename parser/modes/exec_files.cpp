#include "parser/file_commands.hpp"

#include <algorithm>
#include <cctype>

#include "parser/modes/exec.hpp"

namespace parser {
namespace {

/// A file by its name, which has a colon or begins with a slash; keywords of that kind come first.
struct FileName : Token<FileName, std::string> {
  std::string_view help = "File: flash:NAME, or an absolute path";
  std::string_view placeholder() const { return "FILE"; }
  bool refuses_keywords(std::string_view) const { return true; }
  bool read(std::string_view token, std::string& value) const {
    if (!printable(token) || (token.front() != '/' && token.find(':') == std::string_view::npos)) return false;
    value = token;
    return true;
  }
  std::string text(const std::string& value) const { return value; }
  void generate(Generator& g) const { g.token("flash:file.cfg"); }
};

struct Md5Text : Token<Md5Text, std::string> {
  std::string_view help = "MD5 that it should have";
  std::string_view placeholder() const { return "WORD"; }
  bool read(std::string_view token, std::string& value) const {
    constexpr std::size_t digits = 32;
    if (token.size() != digits || !std::all_of(token.begin(), token.end(), [](unsigned char c) { return std::isxdigit(c) != 0; }))
      return false;
    value = token;
    return true;
  }
  std::string text(const std::string& value) const { return value; }
  void generate(Generator& g) const { g.token("d41d8cd98f00b204e9800998ecf8427e"); }
};

template <auto M>
auto file() {
  return f<M>(FileName{});
}
auto copy_file() {
  using T = CopyFile;
  return kw("copy", "Copy from one file to another") >>
         (((is<&T::from, CopyEnd::running>(kw("running-config", "Copy from current system configuration")) |
            is<&T::from, CopyEnd::startup>(kw("startup-config", "Copy from startup configuration"))) >>
           file<&T::to_file>()) |
          (file<&T::from_file>() >>
           (is<&T::to, CopyEnd::running>(kw("running-config", "Update (merge with) current system configuration")) |
            file<&T::to_file>())));
}

}  // namespace

Commands file_commands() {
  return table(exec<Dir>(kw("dir", "List files on a filesystem") >> -file<&Dir::place>()),
               shows<More>(kw("more", "Display the contents of a file") >> file<&More::file>()),
               exec<VerifyMd5>(kw("verify", "Verify a file") >> kw("/md5", "Compute an md5 signature for a file") >>
                               file<&VerifyMd5::file>() >> -f<&VerifyMd5::wanted>(Md5Text{})),
               exec<DeleteFile>(kw("delete", "Delete a file") >> -flag<&DeleteFile::force>(kw("/force", "Force delete")) >>
                                file<&DeleteFile::file>()),
               exec<CopyFile>(copy_file()));
}

}  // namespace parser
