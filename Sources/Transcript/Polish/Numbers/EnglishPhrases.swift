/// Words around English numbers that decide what they are.
enum EnglishPhrases {
    /// What is measured: any number of it is written in digits.
    static let measures = table(
        """
        milligram milligrams microgram micrograms gram grams kilogram kilograms kilo kilos kilometer kilometers kilometre
        kilometres meter meters metre metres centimeter centimeters centimetre centimetres millimeter millimeters
        millimetre millimetres nanometer nanometers nanometre nanometres milliliter milliliters millilitre millilitres
        liter liters litre litres hectare hectares hertz kilohertz megahertz gigahertz watt watts kilowatt kilowatts
        megawatt megawatts volt volts millivolts amps milliamp milliamps ampere amperes ohms pascals kilopascals joules
        kilojoules calories kilocalories byte bytes kilobyte kilobytes megabyte megabytes gigabyte gigabytes terabyte
        terabytes megabits gigabits pixels megapixels decibels millisecond milliseconds microsecond microseconds
        nanoseconds lumens kelvin degrees_celsius degrees_fahrenheit degrees_centigrade degree_celsius square_meters
        square_metres square_kilometers square_kilometres cubic_meters cubic_metres us_dollars american_dollars
        canadian_dollars australian_dollars hong_kong_dollars singapore_dollars swiss_francs yuan yen
        kilowatt_hours milliamp_hours
        """)

    /// What is counted: from ten on in digits.
    static let counted = table(
        """
        people persons men women children kids students teachers workers employees members users customers patients
        players guests passengers visitors voters soldiers years year months month weeks week days day hours hour
        minutes minute seconds degrees miles mile feet foot inches inch pounds pound ounces tons tonnes acres cents
        pence bucks rupees rubles points percentage_points pages chapters books copies items files lines words
        letters characters tokens tests cases errors countries cities states schools companies houses rooms cars
        trucks planes trains ships boxes bottles cups pieces units models layers cores threads frames requests
        servers machines devices episodes seasons games matches goals votes seats tickets messages emails calls
        meetings sessions samples examples o'clock dollars euros knots gallons
        """)

    /// Words whose number follows.
    static let labels = table(
        "page chapter section step level line room route highway channel episode season lesson article figure table number version"
    )
    /// Names whose version follows.
    static let versioned = table(
        "version python ios ipados macos android java swift windows http usb cuda qwen gpt llama gemini claude release"
    )
    /// Words whose digits follow one by one.
    static let spelledLabels = table(
        "call dial code extension pin number flight room port error phone zip")

    static let months = table(
        "january february march april may june july august september october november december")
    /// Months that are verbs too.
    static let verbMonths = table("march may")
    static let beforeDates = table("on by until till since before after of from to every")
    static let beforeYears = table("in since year circa summer spring autumn fall winter")
    static let afterTwenty = table("hindsight vision cricket")

    /// A number after these is not exact, part of a name, or begins in the middle.
    static let neverAfter = table(
        "some few several couple catch odd half hundred thousand million billion trillion dozen point another"
    )
    /// A number before these is not exact or goes on.
    static let neverBefore = table(
        """
        something somethings some odd ish fold half halves thirds fourths fifths sixths sevenths eighths ninths tenths
        hundredths thousandths quarter quarters dozen hundreds thousands millions billions and_a past point hundredth
        hundred thousand million billion trillion
        """)
    /// What comes before 'one' in ways of speaking: the one percent, not one meter.
    static let beforeOne = table(
        "the this that not no any every each only just last even which another like")
    /// After these 'one point' is a point: at one point five people left.
    static let beforePoint = table("at make makes made making this that had have got")
    /// After these three oh five is a time.
    static let beforeTimes = table("at by until till before after from around about past")
    /// Where minus is a sign and takes nothing away.
    static let beforeSign = table(
        "is was be are were at to of reached reaches fell falls drops dropped about below from hit around nearly almost reads says and or it's"
    )
    /// What a twenty-second one can be, other than something that lasts twenty seconds.
    static let afterSecond = table(
        "century floor street amendment anniversary birthday day chapter avenue edition of week president place"
    )

    private static func table(_ words: String) -> Set<String> {
        Set(words.split { $0 == " " || $0 == "\n" }.map(String.init))
    }
}
