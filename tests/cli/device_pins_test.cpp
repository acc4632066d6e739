#include "cli/device_pins.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/temporary_folder.hpp"

namespace cli {
namespace {

class DevicePinsFile : public ::testing::Test {
 protected:
  const TemporaryFolder folder;
  const std::string path = folder.path("devices");
};

const kernel::DeviceMap two{{"GigabitEthernet0/0", {"eth1", 7}}, {"GigabitEthernet0/1", {"eth0", 3}}};

TEST_F(DevicePinsFile, IsReadAsItWasWritten) {
  EXPECT_TRUE(DevicePins(path, "boot-1").read().empty()) << "there is no file";
  DevicePins(path, "boot-1").write(two);
  EXPECT_EQ(DevicePins(path, "boot-1").read(), two);
}

TEST_F(DevicePinsFile, OfAnEarlierBootKeepsTheNamesOnly) {
  DevicePins(path, "boot-1").write(two);
  const auto read = DevicePins(path, "boot-2").read();
  EXPECT_EQ(read, (kernel::DeviceMap{{"GigabitEthernet0/0", {"eth1", 0}}, {"GigabitEthernet0/1", {"eth0", 0}}}));
}

TEST_F(DevicePinsFile, ThatMakesNoSenseIsNoFile) {
  std::ofstream(path) << "boot-1\nGigabitEthernet0/0 eth1\n";
  EXPECT_TRUE(DevicePins(path, "boot-1").read().empty());
  std::ofstream(path) << "";
  EXPECT_TRUE(DevicePins(path, "boot-1").read().empty());
}

}  // namespace
}  // namespace cli
