"""The roof: settings, routes, server, options and health. Imports every floor below."""
