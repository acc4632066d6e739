// The daemon's standard error, where log lines go: what a turn of the loop has to say is written in one call.
#pragma once

#include <string>

namespace cli {

class Console {
 public:
  Console() = default;
  ~Console() { flush(); }
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// One line or several, with '\n' at the end. Written by the next flush(), or at once when much has gathered.
  void add(const std::string& lines);
  void flush();

 private:
  std::string gathered_;
};

}  // namespace cli
