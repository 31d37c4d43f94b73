@_exported public import WeirFilter

// The list itself, `standardFilters`, is generated from the filter modules that Package.swift
// gives this target.
