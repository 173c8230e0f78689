"""Real servers, kernels and players for the tests that use no fakes."""
