class Report
  def line(rows:, mean:, dearest:)
    Digdag.env.store(line: "#{rows} prices, mean #{mean}, dearest #{dearest}")
  end
end
