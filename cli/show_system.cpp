#include "cli/show.hpp"

#include <array>
#include <utility>

namespace cli {
namespace {

/// "1 week, 2 days, 3 hours, 4 minutes"
std::string uptime_words(engine::Duration duration) {
  std::uint64_t minutes = seconds_of(duration) / 60;
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> units{
      {{"week", 7 * 24 * 60}, {"day", 24 * 60}, {"hour", 60}, {"minute", 1}}};
  std::string out;
  for (const auto& [unit, length] : units) {
    const std::uint64_t count = minutes / length;
    minutes %= length;
    if (count == 0 && !(length == 1 && out.empty())) continue;
    out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
  }
  return out;
}

}  // namespace

std::string show_version(const SystemFacts& facts) {
  const std::string uptime = uptime_words(facts.uptime);
  return "Cisco IOS XE Software, Version 16.12.01\n"
         "Cisco IOS Software [Gibraltar], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 16.12.1, "
         "RELEASE SOFTWARE (fc1)\n"
         "The lines above name the language that is spoken here. This is Sallyport, an IPsec\n"
         "gateway on Linux; there is no software of Cisco Systems in it.\n\nROM: Linux " +
         facts.kernel + "\n\n" + facts.hostname + " uptime is " + uptime + "\nUptime for this control processor is " + uptime +
         "\nSystem image file is \"linux:" + facts.kernel + "\"\n\ncisco SALLYPORT (" + facts.machine + ") processor with " +
         std::to_string(facts.memory_kilobytes) + "K/0K bytes of memory.\n" + std::to_string(facts.interfaces) +
         " Gigabit Ethernet interface" + (facts.interfaces == 1 ? "" : "s") + "\n\nConfiguration register is 0x2102\n\n";
}

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
