#include "cli/convert_command.hpp"

#include <algorithm>

#include "cli/check_command.hpp"

namespace cli {

std::string convert_text(const parser::Conversion& conversion) {
  if (!conversion.found) return "! There is no IKEv1 configuration to convert.\n";
  std::string out;
  for (const parser::ConversionNote& note : conversion.notes) {
    out += note.undone ? "! TO BE SETTLED: " : "! ";
    if (note.line) out += "line " + std::to_string(note.line) + ": ";
    out += note.text + "\n";
  }
  return out + "!\n" + conversion.configuration + "end\n";
}

int run_convert(const std::string& path, std::ostream& out) {
  const parser::Conversion conversion = parser::convert(text_of_file(path));
  out << convert_text(conversion);
  const bool undone = std::any_of(conversion.notes.begin(), conversion.notes.end(), [](const auto& note) { return note.undone; });
  return undone ? 1 : 0;
}

}  // namespace cli
