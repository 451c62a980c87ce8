// Where a program writes lines of text: a file, the standard output («-»), or nowhere (an empty path). Throws
// std::runtime_error, with a sentence for whoever started it, when it cannot be written. Not thread-safe.
#pragma once
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

namespace qm::reco {

class LinesFile {
 public:
  explicit LinesFile(std::string path) : path_(std::move(path)) {
    if (path_ == "-" || path_.empty()) return;
    file_.open(path_, std::ios::binary | std::ios::trunc);
    if (!file_) throw std::runtime_error(path_ + " cannot be written.");
  }
  void add(const std::string& line) {
    if (path_.empty()) return;
    out() << line << '\n';
  }
  // Call at the end: what cannot be written is known then at the latest.
  void close() {
    if (path_.empty()) return;
    if (!out().flush()) throw std::runtime_error(path_ + " cannot be written.");
  }

 private:
  std::ostream& out() { return path_ == "-" ? std::cout : file_; }

  const std::string path_;
  std::ofstream file_;
};

}  // namespace qm::reco
