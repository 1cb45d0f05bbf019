"""Real accounting systems that the tests start; those that we wrote ourselves to imitate one are in `simulators`."""
