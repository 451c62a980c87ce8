// Looks on while a run goes on: at no moment is there less than none of anything, does the stock not add up, or is a
// limit passed.
#pragma once
#include "tests/chaos/chaos_promotions.hpp"

namespace qm::chaos {

class Watch {
 public:
  Watch(Scene& scene, const Staff& staff, const Promotions& promotions)
      : scene_(scene), staff_(staff), promotions_(promotions) {}

  void start() { scene_.spawn(look_on()); }

 private:
  Task<void> look_on();
  void check_stock(const boost::json::value& listed);
  void check_campaign(const boost::json::value& found);

  Scene& scene_;
  const Staff& staff_;
  const Promotions& promotions_;
};

}  // namespace qm::chaos
