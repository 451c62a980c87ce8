// tidy ROOT: judges every file of the repository at ROOT; prints «file:line: rule» and exits with 1 on a breach.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tools/tidy/rules.hpp"

namespace {

namespace fs = std::filesystem;

// What is built, fetched or kept at run time, and hidden folders.
bool is_skipped(const std::string& folder) {
  return folder.starts_with('.') || folder == "build" || folder == "var" || folder == "node_modules";
}

std::vector<fs::path> judged_files(const fs::path& root) {
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator{root}; entry != fs::recursive_directory_iterator{}; ++entry) {
    if (entry->is_directory() && is_skipped(entry->path().filename().string())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && qm::tidy::is_judged(entry->path().generic_string())) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string read(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: tidy ROOT\n";
    return 2;
  }
  const fs::path root{argv[1]};
  const auto files = judged_files(root);
  std::size_t breaches = 0;
  for (const auto& file : files) {
    const std::string path = file.lexically_relative(root).generic_string();
    for (const auto& complaint : qm::tidy::judge(path, read(file))) {
      std::cout << path << ':' << complaint.line << ": " << complaint.rule << '\n';
      ++breaches;
    }
  }
  std::cout << files.size() << " files, " << breaches << " breaches of the house's rules\n";
  return breaches == 0 && !files.empty() ? 0 : 1;
}
