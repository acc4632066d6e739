// replay_recording FILE: plays what `monitor replay export` has written. Says where the engine of this build does something
// else than the one that was recorded (exit status 1), or how much was the same.
#include <fstream>
#include <iostream>
#include <iterator>

#include "parser/compile.hpp"
#include "parser/parser.hpp"
#include "tests/replay/replayer.hpp"

int main(int argc, char** argv) {
  std::ifstream file(argc == 2 ? argv[1] : "");
  if (!file) {
    std::cerr << "usage: replay_recording FILE\n";
    return 2;
  }
  const std::string recording(std::istreambuf_iterator<char>(file), {});
  parser::Compiled compiled;
  const auto outcome = replay::replay(recording, [&](const std::string& text) {
    compiled = parser::compile(parser::apply({}, text).configuration, compiled.config ? &compiled : nullptr);
    return compiled.config;
  });
  if (!outcome.difference.empty()) {
    std::cout << outcome.difference << "\n";
    return 1;
  }
  std::cout << outcome.events << " events, " << outcome.actions << " actions: the same\n";
  return 0;
}
