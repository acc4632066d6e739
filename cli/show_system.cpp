#include "cli/show.hpp"

namespace cli {

std::string show_ip_interface_brief(const std::vector<InterfaceRow>& rows, DeviceMapping mapping) {
  std::string out = "Interface              IP-Address      OK? Method Status                Protocol\n";
  for (const auto& row : rows) {
    out += padded(row.name, 22) + " " + padded(row.address.empty() ? "unassigned" : row.address, 15) + " YES " +
           padded(row.method, 6) + " " + padded(row.status, 21) + " " + padded(row.protocol_up ? "up" : "down", 8) + "\n";
  }
  if (mapping == DeviceMapping::hidden || rows.empty()) return out;
  out += "\n";
  for (const auto& row : rows) out += row.name + (row.device.empty() ? " has no device\n" : " is device " + row.device + "\n");
  return out;
}

std::string show_history(const std::deque<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += "  " + line + "\n";
  return out;
}

}  // namespace cli
