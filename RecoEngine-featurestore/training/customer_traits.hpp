// What a simulated customer is like. Never shown to a model.
#pragma once
#include <cstdint>

#include "RecoEngine-featurestore/training/random.hpp"

namespace qm::reco {

struct CustomerTraits {
  int joined_day = 0;  // of the simulation; below 0: was a customer before it begins
  double visits_per_day = 0;
  double buys_per_visit = 0;
  double price_sensitivity = 0;  // 0…1
  double patience = 0;           // 0…1: how well troubles are borne
  double service_trouble = 0;    // chance of trouble with an order
  double cart_hesitation = 0;    // chance that a filled cart is left
  double interest = 0;           // 0…1: reads, clicks, opens
  double lapse_per_day = 0;      // chance to lose interest for no visible reason
  double return_per_day = 0;     // chance to come back unasked
  // What a nudge does that is read: above 0 the chance that it moves, below 0 the chance that it drives away. Known
  // from what customers do only as far as it has to do with their sensitivity to prices and their interest.
  double keenness = 0;  // −1…1
  int tier = 0;         // 0…3
  double order_value = 0;
};

CustomerTraits draw_traits(Random& random);

}  // namespace qm::reco
